"""Measures: the feedback service's part of the 46, and its section of the dashboard."""
