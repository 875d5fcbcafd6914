"""Callers: tokens, roles and scopes."""
