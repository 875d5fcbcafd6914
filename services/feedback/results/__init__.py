"""Results: released at closing, in aggregates that disclose no person's answers."""
