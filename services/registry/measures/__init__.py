"""Measures: the figures of the catalogue that this service computes."""
