"""Measures: the feedback service's part of the 46 measures."""
