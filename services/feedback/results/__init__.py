"""Results: released at closing, in aggregates that give nobody away."""
