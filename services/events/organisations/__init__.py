"""Organisations: copies of the registry's public names, decided spellings and implementers, and the rule of joining."""
