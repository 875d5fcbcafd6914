"""Measures: what the calendar's counters say about a coordination project and a period."""
