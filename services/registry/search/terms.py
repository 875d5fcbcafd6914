"""Vocabulary of search."""

from enum import StrEnum
from typing import Final

# A stem shorter than this is in too many words: the asked word itself is looked for instead.
SHORTEST_PART: Final = 4
# More words than this are a text, not a question.
MOST_WORDS: Final = 12


class Noun(StrEnum):
    """What can be found."""

    project = "project"
    organisation = "organisation"


class Match(StrEnum):
    """How a document was found, best first."""

    identifier = "identifier"
    word = "word"
    part = "part"
    similar = "similar"
