"""Outcomes: the themes that an event dealt with, written down after it by the staff."""
