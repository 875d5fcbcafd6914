"""Feedback invitations: each attendee of an event that was held gets a one-time ticket for feedback by mail."""
