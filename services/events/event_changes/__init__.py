"""What changes of an event mean for those who registered."""
