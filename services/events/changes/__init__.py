"""Changes: what becomes of an event, and what that means for those who signed up."""
