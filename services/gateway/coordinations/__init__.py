"""The dashboard: coordination projects, their summaries, measures and rows."""
