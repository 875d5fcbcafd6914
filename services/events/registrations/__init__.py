"""Registrations: who signed up, who waits, who cancelled."""
