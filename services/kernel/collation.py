"""Finnish alphabetical order: the stored key by which lists sort the names of people and things.

PostgreSQL without ICU sorts by code point or by the locale of its machine. A key is compared by its bytes, so every
server gives the same order; its columns have the type `kernel.data.types.SORT_KEY`.

Source: Unicode CLDR 48, common/collation/fi.xml, type "standard" (v before w; Å Ä Ö last; æ with ä, ø with ö, ü with y;
đ, ŋ, ŧ and ʒ with d, n, t and z), and root for the rest (spaces, then punctuation, then digits, then the
alphabet; þ between z and å). From its type "traditional" comes õ with ö.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from .text import pick

# The parts of a key, in bytes. With an id beside it, the longest key stays under the 2704 bytes of an entry in
# PostgreSQL's B-tree, and two keys fit into a cursor. A name of 300 characters takes at most 1200 bytes; a person's
# name of 120 characters takes at most 1440 in NFC.
_LETTER_BYTES: Final = 600
_ACCENT_BYTES: Final = 150
_CASE_BYTES: Final = 150
_TEXT_BYTES: Final = 1440

# In the order of their bytes, these begin the weights of letters; digits and the letters a to z stand between them.
_END, _SPACE, _SIGN, _OTHER_SIGN = " ", "!", "#", "$"
_THORN, _A_RING, _A_DOTS, _O_DOTS, _OTHER_LETTER = "z~", "{", "|", "}", "~"
# The weights of accents and of cases: first a plain letter, then one that fi.xml puts right behind it.
_PLAIN, _VARIANT, _SECOND_VARIANT, _UPPER, _STROKE, _OTHER_MARK = ".", "/", "0", "1", "y", "~"
_FIRST_SIGN, _FIRST_MARK = ord("À"), ord("1")

# In the order of CLDR root.
_SIGNS: Final = {
    sign: f"{_SIGN}{chr(_FIRST_SIGN + place)}"
    for place, sign in enumerate(
        "‾_‗-‐‑‒–—―,;:!¡?¿‽.·'‘’‚‛‹›\"“”„‟«»()[]{}‖§¶@*/\\&#%‰†‡•‣‧′″‵‸※‿`´^¯¨¸°©®←→+±÷×<=>¬|¦~−≤≥¤¢$£¥€"  # noqa: RUF001 - All of them are meant.
    )
}
_MARKS: Final = {
    mark: chr(_FIRST_MARK + place)
    for place, mark in enumerate(
        "\u0313\u0314\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0338\u0327\u0328\u0304"
    )
}
# A letter with its first mark above that sorts as a letter of its own, or beside another letter.
_MARKED: Final = {
    "a\u030a": (_A_RING, _PLAIN),
    "a\u0308": (_A_DOTS, _PLAIN),
    "o\u0308": (_O_DOTS, _PLAIN),
    "o\u0303": (_O_DOTS, _SECOND_VARIANT),
    "u\u0308": ("y", _VARIANT),
}
_UNMARKED: Final = {
    "æ": (_A_DOTS, _VARIANT),
    "ø": (_O_DOTS, _VARIANT),
    "ð": ("d", "x"),
    "ŋ": ("n", _STROKE),
    "ʒ": ("z", _STROKE),
    "ß": ("ss", _VARIANT),
    "œ": ("oe", _VARIANT),
    "þ": (_THORN, _PLAIN),
    # Letters of their own behind these: no letter sorts behind `~`.
    "ı": ("i~", _PLAIN),  # noqa: RUF001 - The letter without a dot is meant.
    "ĸ": ("q~", _PLAIN),
    "ə": ("e~", _PLAIN),
}
_ABOVE: Final = 230  # The combining class of marks above a letter: the nearest of them belongs to it first.
_WITH_MARK: Final = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH ")


class _Weights(NamedTuple):
    """The weights that a character adds to the first three parts of a key."""

    letters: str
    accents: str = ""
    cases: str = ""


def finnish_sort_key(text: str) -> str:
    """Return a text whose UTF-8 bytes sort as the text does in Finnish.

    The letters of the name decide first, whatever their accents and case. Then accents decide, plain letters first,
    then case, small letters first, then the text itself in NFC, which ends the key: two names have the same key only
    where their NFC is the same. Spaces, punctuation and signs sort before digits, digits before the alphabet, and other
    scripts after ö, by code point. Of a very long text, the beginning alone decides.
    Returns: at most 2343 bytes. Requires: no lone surrogate, which UTF-8 cannot hold.
    """
    plain = unicodedata.normalize("NFC", text)
    weights = [_weights(character) for character in _characters(plain)]
    parts = (
        _cut("".join(weight.letters for weight in weights), _LETTER_BYTES),
        _cut("".join(weight.accents for weight in weights).rstrip(_PLAIN), _ACCENT_BYTES),
        _cut("".join(weight.cases for weight in weights).rstrip(_PLAIN), _CASE_BYTES),
        _cut(plain, _TEXT_BYTES),
    )
    return _END.join(parts)


def sort_key_of(texts: Mapping[str, str]) -> str:
    """Return the key of the text that `pick` chooses for a reader of Finnish."""
    return finnish_sort_key(pick(texts)[0])


def _cut(text: str, longest: int) -> str:
    """Return the beginning of the text that has at most so many bytes of UTF-8."""
    if len(text) * 4 <= longest:
        return text
    return text.encode()[:longest].decode(errors="ignore")


def _characters(text: str) -> Iterator[str]:
    """Yield each character with the marks that follow it."""
    start = 0
    for place in range(1, len(text)):
        if not unicodedata.combining(text[place]):
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


@lru_cache(4096)
def _weights(character: str) -> _Weights:
    if character in _SIGNS:
        return _Weights(_SIGNS[character])
    bases = [_weights_of_base(base) for base in _characters(unicodedata.normalize("NFKD", character))]
    return _Weights(*("".join(part) for part in zip(*bases, strict=True)))


def _weights_of_base(cluster: str) -> _Weights:
    """Return the weights of a decomposed character: one that stands alone, with the marks that follow it."""
    base, marks = cluster[0], cluster[1:]
    category = unicodedata.category(base)
    if base.isspace():
        return _Weights(_SPACE)
    if base in _SIGNS or category[0] in "PS":
        return _Weights(_SIGNS.get(base, f"{_OTHER_SIGN}{base}"))
    if base.isdecimal():
        return _Weights(str(unicodedata.decimal(base)), _PLAIN + _accents(marks))
    if category in {"Cc", "Cf"}:
        return _Weights("", _accents(marks))
    if unicodedata.combining(base):
        return _Weights("", _accents(cluster))
    return _weights_of_letter(base, marks)


def _weights_of_letter(base: str, marks: str) -> _Weights:
    small = base.lower()
    above = next((mark for mark in marks if unicodedata.combining(mark) == _ABOVE), "")
    case = _PLAIN if small == base else _UPPER
    if above and small + above in _MARKED:
        letter, accent = _MARKED[small + above]
        return _Weights(letter, accent + _accents(marks.replace(above, "", 1)), case)
    if small in _UNMARKED:
        letter, accent = _UNMARKED[small]
        return _Weights(letter, accent + _accents(marks), case)
    if stroke := _WITH_MARK.match(unicodedata.name(small, "")):
        return _Weights(stroke[1].lower(), _PLAIN + _STROKE + _accents(marks), case)
    if small.isascii():
        return _Weights(small, _PLAIN + _accents(marks), case)
    return _weights_of_other_script(base, marks)


def _weights_of_other_script(base: str, marks: str) -> _Weights:
    # й is no и with a mark.
    composed = unicodedata.normalize("NFC", base + marks)
    small = composed[0].casefold()
    case = _PLAIN if small == composed[0] else _UPPER
    return _Weights(_OTHER_LETTER + small, _PLAIN + _accents(composed[1:]), case)


def _accents(marks: str) -> str:
    return "".join(_MARKS.get(mark, f"{_OTHER_MARK}{mark}") for mark in marks)
