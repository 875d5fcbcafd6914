"""Names of organisations as people type them: beginnings of words, whatever their case and accents."""

import re
from collections.abc import Iterable, Mapping

from services.contracts.spellings import spelling_key
from services.registry.search.keys import without_accents

_PARTS = re.compile(r"\w+")


def typed_key(name: Mapping[str, str], abbreviations: Iterable[str]) -> str:
    """Return all words of the names and abbreviations: each after a blank, those of each text on a line of their own.

    The words of a text are followed by the parts of those that have signs in them: ` keha-keskus keha keskus`.
    """
    return "".join(f"\n {' '.join(_words(text))}" for text in (*abbreviations, *name.values()))


def typed_text(text: str) -> str:
    """Return the text in the form of the words of `typed_key`; empty where nothing is left."""
    return without_accents(spelling_key(text) or "")


def _words(text: str) -> list[str]:
    words = typed_text(text).split()
    return [*words, *(part for word in words for part in _PARTS.findall(word) if part != word)]
