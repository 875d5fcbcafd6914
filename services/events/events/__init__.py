"""Calendar: what happens, when, where, for whom, and how many may come."""
