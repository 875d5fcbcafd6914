"""Tokens: how machine clients and our own services get theirs, and how others verify them."""
