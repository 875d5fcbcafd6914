"""Measures: the figures of a coordination project and a period, computed from the counters of its events."""
