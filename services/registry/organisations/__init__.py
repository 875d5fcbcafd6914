"""Organisations: the funders, implementers and partners of projects."""
