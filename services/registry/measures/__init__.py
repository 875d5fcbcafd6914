"""Measures: the figures this service can count, the summary, and the network they are made of."""
