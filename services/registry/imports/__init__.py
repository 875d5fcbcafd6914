"""Imports: the lists of the public registers, with a dry run before and an undo after."""
