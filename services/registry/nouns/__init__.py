"""The words between the import of lists and the nouns of which lists have rows."""
