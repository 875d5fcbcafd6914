"""Coordinations: the registry's coordination projects, as it told us about them."""
