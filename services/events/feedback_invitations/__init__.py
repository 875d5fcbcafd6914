"""Hand-over: attendees get a one-time ticket each for the feedback on an event that was held."""
