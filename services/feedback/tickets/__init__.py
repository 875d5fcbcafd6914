"""Tickets: one each for one answer, and nobody knows whose."""
