"""Templates: Vipu's own question sets, from which surveys are made."""
