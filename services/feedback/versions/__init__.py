"""Versions: the wordings of a survey, each of which never changes."""
