"""Calendars: published events as files that calendar programs read (RFC 5545)."""
