"""Vocabulary of search."""

from enum import StrEnum
from typing import Final

# Further words of a query are ignored.
MAX_WORDS: Final = 12
# Documents of an older version are written anew. Raise it when the keys of a word change.
INDEX_VERSION: Final = 1
# The version of documents that were written without a dictionary.
STEMS_ONLY: Final = 0
# PostgreSQL's limits are 2 046 bytes for a key and a megabyte for all keys of a document. So the rest of a longer word
# is ignored, and so are the last words of texts whose keys take more bytes: 15 kB are the names in three languages.
LONGEST_WORD: Final = 60
MOST_OF_NAMES: Final = 15_000
MOST_OF_TEXTS: Final = 500_000
MOST_OF_LABELS: Final = 50_000
# The names of further related documents are not taken over.
MOST_RELATED: Final = 20
# A shorter piece begins too many words and numbers, and is similar to too many.
SHORTEST_PIECE: Final = 3


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


class Weight(StrEnum):
    """The weight of a text in its document, as PostgreSQL names it. `related`: it is no text of the document itself."""

    name = "A"
    summary = "B"
    background = "C"
    related = "D"
