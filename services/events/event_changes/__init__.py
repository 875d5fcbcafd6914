"""Event changes: the effects of a changed or cancelled event on its registrations."""
