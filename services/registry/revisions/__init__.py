"""Revisions: every version of a project with its author, its reason and its changed fields."""
