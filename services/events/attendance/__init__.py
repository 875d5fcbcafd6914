"""Attendance: the people who came to an event, recorded apart from registrations."""
