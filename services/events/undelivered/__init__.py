"""Undelivered mails: the list of an event's mails with their states, and sending its parked mails again."""
