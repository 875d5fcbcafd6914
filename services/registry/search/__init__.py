"""Search: one query over all nouns, by lemmas, stems, parts of compounds and misspellings."""
