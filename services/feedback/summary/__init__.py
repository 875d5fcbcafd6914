"""Summary: the feedback section of the dashboard."""
