"""Keys: each survey has one pair. Everyone may seal with the public key; the private one opens, in the worker alone."""
