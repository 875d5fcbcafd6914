"""Search: one question over all nouns, by stems, parts of compounds and misspellings."""
