"""The checks of `vipu gate`, which a change must pass."""
