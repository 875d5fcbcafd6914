"""Imports: the public registers as they really are, with a dry run before and an undo after."""
