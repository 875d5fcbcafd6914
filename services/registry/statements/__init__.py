"""Statements: what each list and each person says about a project, field by field, and what is shown of it."""
