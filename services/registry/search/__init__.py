"""Search: one query over all nouns, by stems, parts of compounds and misspellings."""
