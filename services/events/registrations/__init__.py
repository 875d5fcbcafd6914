"""Registrations: the people who have a seat at an event, wait for one, or have cancelled."""
