"""The words that a compound begins and ends with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .dictionary import Language
from .lemmas import KEPT_WORDS, Lemmas
from .lexicon import DERIVED, ENDINGS, FIRST_PARTS, LAST_PARTS, NO_COMPOUNDS, SHORT_WORDS, SUFFIX

_SHORTEST: Final = 3
# A part beside an unknown one must be this long, else it is an accident: the first part, and the last one.
_LONG: Final = 5
_LONG_END: Final = 6
_UNMISTAKABLE: Final = 8
# Case endings in the middle of a compound: `työssä|oppiminen`, `maahan|muuttaja`.
_LOCAL_CASES: Final = ("ssa", "ssä", "sta", "stä", "lla", "llä", "lle")
_S: Final = re.compile("s")
_SIZES: Final = sorted({len(first) for first in FIRST_PARTS})
_BACK: Final = frozenset("aou")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a compound and the word that it is a form of."""

    text: str
    lemma: str


Split = tuple[Part, ...]


class Compounds:
    """The splitting of compounds into words of the dictionary."""

    def __init__(self, lemmas: Lemmas) -> None:
        self._lemmas = lemmas
        self.split = lru_cache(KEPT_WORDS)(self._split)

    def lemma(self, form: str) -> str | None:
        """Return the lemma of a compound that no dictionary has, by its last part."""
        split = self.split("fi", form) or self.split("sv", form)
        return form.removesuffix(split[-1].text) + split[-1].lemma if split else None

    def parts(self, lemma: str) -> set[str]:
        """Return the lemmas of all words that a compound begins or ends with, compounds among them."""
        for language in _LANGUAGES[:1] if self._lemmas.of("fi", lemma) else _LANGUAGES:
            if split := self.split(language, lemma):
                return set(_edges(tuple(self._atoms(language, split))))
        return set()

    def part_beside_unknown(self, form: str) -> set[str]:
        """Return the long words that an unknown form begins and ends with."""
        return {*self._long_end(form), *self._long_beginning(form)}

    def _split(self, language: Language, text: str) -> Split | None:
        """Return the parts of a compound, as few as possible, or None where it is none."""
        if len(text) < 2 * _SHORTEST or text in NO_COMPOUNDS:
            return None
        firsts = list(self._firsts(language, text))
        pairs = [
            (first, Part(rest, head)) for first, rest in firsts if (head := self._last_part(language, rest)) is not None
        ]
        longer = [(first, *inner) for first, rest in firsts if not pairs and (inner := self.split(language, rest))]
        return min([*pairs, *longer], key=_cost, default=None)

    def _firsts(self, language: Language, text: str) -> Iterator[tuple[Part, str]]:
        """Yield the first parts that the text may have, each with the rest."""
        for place in self._places(language, text):
            first, rest = text[:place], text[place:]
            lemma = self.first_part(language, first)
            if lemma and not (language == "fi" and first.endswith("s") and DERIVED.match(rest)):
                yield Part(first, lemma), rest

    def _places(self, language: Language, text: str) -> list[int]:
        """Return where the text may be split: after a form of the dictionary, after an -s, after a known first part."""
        ends = {len(form) for form in self._lemmas.beginnings(language, text)}
        ends.update(match.end() for match in _S.finditer(text))
        ends.update(size for size in _SIZES if text[:size] in FIRST_PARTS)
        return [place for place in sorted(ends) if _SHORTEST <= place <= len(text) - _SHORTEST]

    def first_part(self, language: Language, text: str) -> str | None:
        """Return the word that a compound begins with, in the forms in which it may: `nais|ura`, `nuorten|talo`."""
        if language == "sv":
            return next((word for word in (text, text.removesuffix("s")) if self._lemmas.is_lemma("sv", word)), None)
        if text in FIRST_PARTS:
            return text
        if len(text) <= _SHORTEST:
            return text if text in SHORT_WORDS else None
        lemma = self._lemmas.of("fi", text)
        if lemma == text or (lemma and self._is_genitive(text, lemma)):
            return lemma
        return self.adjective(text) or self._action(text)

    def adjective(self, text: str) -> str | None:
        """Return `nainen` for `nais`, as it stands in compounds and before a hyphen."""
        full = f"{text[:-1]}nen"
        return full if text.endswith("s") and len(text) > _SHORTEST and self._lemmas.is_lemma("fi", full) else None

    def _action(self, text: str) -> str | None:
        """Return the word in -minen for a first part in -mis, where it is no compound itself."""
        full = f"{text[:-1]}nen"
        is_one = text.endswith("mis") and len(text) > _LONG + _SHORTEST and not self.split("fi", full)
        return full if is_one else None

    def _is_genitive(self, text: str, lemma: str) -> bool:
        if text.endswith(_LOCAL_CASES):
            return len(text) > _LONG
        if not text.endswith("n"):
            return False
        a = "a" if _BACK & set(text) else "ä"
        plural = text.endswith(("ien", "den", "jen", "ten"))
        illative = text[-3] == "h" or text[-3] == text[-2]
        return plural or illative or self._lemmas.of("fi", f"{text[:-1]}ss{a}") == lemma

    def _last_part(self, language: Language, text: str) -> str | None:
        lemma = self._lemmas.of(language, text)
        if lemma is None:
            return _adjective_lemma(text) if language == "fi" else None
        if lemma in ENDINGS or text in ENDINGS:
            return None
        if min(len(text), len(lemma)) <= _SHORTEST and (language != "fi" or lemma not in SHORT_WORDS):
            return None
        return lemma

    def _atoms(self, language: Language, split: Split) -> Iterator[Part]:
        """Yield the smallest parts of a compound of compounds."""
        for part in split:
            inner = self.split(language, part.text)
            if inner and inner[-1].lemma and part.lemma.endswith(inner[-1].lemma):
                yield from self._atoms(language, inner)
            else:
                yield part

    def _long_end(self, form: str) -> Iterator[str]:
        for place in range(_SHORTEST, len(form) - _LONG_END + 1):
            end = form[place:]
            lemma = self._last_part("fi", end)
            if lemma and len(lemma) >= _LONG_END and not DERIVED.match(end) and self._lemmas.is_common(end):
                yield lemma
                yield from self.parts(lemma)
                return

    def _long_beginning(self, form: str) -> Iterator[str]:
        for place in reversed(self._places("fi", form)):
            first, rest = form[:place], form[place:]
            if place < _LONG or len(rest) <= _SHORTEST or DERIVED.match(rest):
                continue
            lemma = self.first_part("fi", first)
            known = max(map(len, self._lemmas.beginnings("fi", rest)), default=0)
            if lemma and (known > _SHORTEST or (place >= _UNMISTAKABLE and not SUFFIX.match(rest))):
                yield lemma
                yield from self.parts(lemma)
                return


_LANGUAGES: Final[tuple[Language, ...]] = ("fi", "sv")


def _cost(split: Split) -> tuple[int, int, int]:
    """Rank splits: few parts, first parts in their plain form, a long first part."""
    inflected = sum(0 if part.text == part.lemma else 1 if part.text.endswith("s") else 2 for part in split[:-1])
    return len(split), inflected, -len(split[0].text)


def _edges(atoms: Split) -> Iterator[str]:
    """Yield the lemmas of all beginnings and of all ends of a compound."""
    for place in range(1, len(atoms)):
        yield "".join(part.text for part in atoms[: place - 1]) + atoms[place - 1].lemma
        yield "".join(part.text for part in atoms[place:-1]) + atoms[-1].lemma


def _adjective_lemma(text: str) -> str | None:
    """Return the lemma of a last part that the dictionary has in compounds alone."""
    match = LAST_PARTS.fullmatch(text)
    if match is None:
        return None
    stem, _, quality, manner = match.groups()
    if quality:
        return f"{stem}s{quality[:2]}s"
    return f"{stem}sesti" if manner else f"{stem}nen"
