"""Answers: stored so that nothing in the database says who gave one, when, or in which order."""
