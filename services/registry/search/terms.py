"""Vocabulary of search."""

from enum import StrEnum
from typing import Final

# A shorter stem is a part of too many words: the word of the query itself is looked for instead.
MIN_PART_LENGTH: Final = 4
# Further words of a query are ignored.
MAX_WORDS: Final = 12


class Noun(StrEnum):
    """The nouns that search covers."""

    project = "project"
    organisation = "organisation"


class Match(StrEnum):
    """How a document matches the query, best first."""

    identifier = "identifier"
    word = "word"
    part = "part"
    similar = "similar"
