"""Co-participation: the pairs of organisations whose people came to the same events."""
