"""Feeds: events as calendar programs read them (RFC 5545)."""
