"""Surveys: what is asked, of whom, until when."""
