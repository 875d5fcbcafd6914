"""The keys under which a word is found, and the keys of a whole text as a `tsvector`.

A key begins with a sign that says what it is, so that a stem never meets a lemma. Index and query make the keys of a
word by the same function.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from .lemmas import KEPT_WORDS
from .terms import LONGEST_WORD, Weight
from .words import Analyser, Word

_WORD: Final = re.compile(r"[^\W_]+")
_NO_NUMBER: Final = re.compile(r"[\W_]+")
_DIGITS: Final = re.compile(r"^[^\W\d]{1,4}(?=\d{3})")
_MOST_POSITIONS: Final = 16_000
# Words of two texts are no phrase.
_GAP: Final = 10


class Sign(StrEnum):
    """The kinds of keys."""

    written = "="
    lemma = "."
    part = "+"
    # A word that no dictionary knows has only its stems: a known word of a query finds it by them.
    stem = "*"
    stem_of_unknown = "?"
    # Without its accents, where it has some.
    bare = "~"
    number = "#"


def word_texts(text: str) -> list[str]:
    """Return the words of a text in lower case: letters and digits only, safe within a `tsquery`."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(unicodedata.normalize("NFC", text).lower())]


def without_accents(text: str) -> str:
    """Return a text without its accents."""
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def keys_of(word: Word) -> tuple[str, ...]:
    """Return the keys of a word in a document."""
    stem = "*" if word.is_known else "?"
    forms = {word.text, *word.lemmas}
    bare = {without_accents(form) for form in forms} - forms
    return (
        f"={word.text}",
        *[f".{lemma}" for lemma in word.lemmas],
        *[f"+{part}" for part in word.parts],
        *[f"{stem}{form}" for form in word.stems],
        *[f"~{form}" for form in bare],
    )


def number_key(text: str) -> str:
    """Return the key of a number, in whatever manner it is written: `#s10370` for `S 10370`."""
    return Sign.number + _NO_NUMBER.sub("", text.lower())[:LONGEST_WORD]


def number_keys(numbers: Iterable[str]) -> Iterator[str]:
    """Yield the keys of identifiers, also by their digits alone: `S10370` is found by `10370`."""
    for number in numbers:
        key = number_key(number)
        yield key
        if (digits := Sign.number + _DIGITS.sub("", key[1:])) != key:
            yield digits


class Vector:
    """The keys of a document, put together as the text of a `tsvector`. Its words enter the set `words` too.

    Its first word has the given position: words of two vectors that are put together are no phrase.
    """

    def __init__(self, analyser: Analyser, words: set[str], *, most_bytes: int, position: int = 1) -> None:
        self._analyser, self._words = analyser, words
        self._entries: list[str] = []
        self._position = position
        self._bytes_left = most_bytes

    def add(self, text: str, weight: Weight) -> None:
        """Add the words of a text after those that are there."""
        words = word_texts(text)
        for word in words:
            self._put(_entries_of(self._analyser.analyse(word), weight))
        self._words.update(words)
        self._position += _GAP

    def add_numbers(self, numbers: Sequence[str]) -> None:
        """Add the numbers of the document."""
        self._put(" ".join(_entry(key, Weight.summary) for key in number_keys(numbers)))

    def _put(self, entries: str) -> None:
        self._bytes_left -= len(entries.encode()) + 1
        if self._bytes_left > 0:
            self._entries.append(entries.replace(_PLACE, str(min(self._position, _MOST_POSITIONS))))
        self._position += 1

    def __str__(self) -> str:
        return " ".join(self._entries)


# No word has this sign.
_PLACE: Final = "@"
# A compound with the word weighs less than the word, and a document takes over only whole words of related names.
_LESS: Final = (Sign.part, Sign.stem)


@lru_cache(KEPT_WORDS)
def _entries_of(word: Word, weight: Weight) -> str:
    """Return the keys of a word with their weights, each with a sign for its place. PostgreSQL merges equal keys."""
    less = Weight.summary if weight is Weight.name else weight
    return " ".join(_entry(key, less if key[0] in _LESS else weight) for key in keys_of(word))


def _entry(key: str, weight: Weight) -> str:
    return f"'{key}':{_PLACE}{weight}"
