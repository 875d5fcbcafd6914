"""The summary: the projects that a coordination project coordinates, counted for its dashboard."""
