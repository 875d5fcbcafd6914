"""Mails: messages to people, rendered in their language and sent at least once."""
