"""Surveys: each asks the attendees of one event during a period."""
