"""Attendance: who came; never the same thing as who signed up."""
