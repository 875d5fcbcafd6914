"""Merges of organisations: two entries that are one, and taken back where they are not."""
