"""Coordinations: a copy of the leading projects that the registry announces."""
