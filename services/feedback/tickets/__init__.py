"""Tickets: each is good for one answer, and none names its holder."""
