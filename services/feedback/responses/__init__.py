"""Answers: each is sealed for the worker alone before it is stored, and is opened once, at the release."""
