"""Coordinations: the registry's projects that lead, as it told us about them."""
