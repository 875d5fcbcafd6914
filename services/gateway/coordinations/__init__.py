"""The dashboard's pages: coordination projects, their summaries, measures and rows."""
