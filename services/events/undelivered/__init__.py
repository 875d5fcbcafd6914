"""Undelivered: the mails of an event and what became of them; those given up are sent again by its staff."""
