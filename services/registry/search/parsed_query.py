"""A search query as terms, and the terms as text queries of PostgreSQL."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from .keys import Sign, number_key, without_accents, word_texts
from .lexicon import STOP_WORDS
from .terms import MAX_WORDS, SHORTEST_PIECE, Weight
from .words import Analyser, Word

# A quoted phrase or a word, with a minus where it is to be excluded.
_TERM: Final = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
# The parts of a number that people write apart: `S 10370`, `FI 2296962-1`.
_APART: Final = re.compile(r"(?<![^\W_])([^\W\d_]|(?i:fi))\s+(?=\d{4})")
_OTHER_SIGNS: Final = re.compile(r"[^\w\u2010-\u2015-]+")
_VAT: Final = re.compile(r"^#fi(?=\d{8}$)")
# The business ids of old: six digits and the check digit.
_OLD_BUSINESS_ID: Final = re.compile(r"^\d{6}-\d$")
# Vowel harmony: the dots of a word are mostly all there or all missing.
_DOTS: Final = (str.maketrans("ao", "äö"), str.maketrans("a", "ä"), str.maketrans("o", "ö"))
_OWN: Final = "".join(weight for weight in Weight if weight is not Weight.related)
ANYWHERE: Final = "".join(Weight)
"""The weights of all texts."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the query, or several that stand beside each other.

    `keys` has for each word the keys that it is found by, and `number` the key of the term as an identifier.
    `weights` are those of the texts in which it is looked for.
    """

    words: tuple[Word, ...]
    keys: tuple[tuple[str, ...], ...]
    number: str | None = None
    is_excluded: bool = False
    weights: str = ANYWHERE
    is_similar: bool = False

    def text(self, signs: Iterable[Sign] = tuple(Sign)) -> str:
        """Return the term as a part of a text query, with the keys of these signs alone; empty without any."""
        chosen = "".join(signs)
        places = [[_quoted(key, self.weights) for key in keys if key[0] in chosen] for keys in self.keys]
        words = " <-> ".join(f"({' | '.join(place)})" for place in places) if all(places) and places else ""
        number = _quoted(f"{self.number}*", self.weights) if self.number and Sign.number in chosen else ""
        either = " | ".join(f"({text})" for text in (number, words) if text)
        return f"!({either})" if self.is_excluded and either else f"({either})" if either else ""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A search query as it is compared with documents."""

    terms: tuple[Term, ...]

    def matching(self) -> str | None:
        """Return the text query of all matches, or None where nothing can match."""
        return self._text(tuple(Sign))

    def by_number(self) -> str | None:
        """Return the text query of the documents that have the number."""
        return self._text((Sign.number,))

    def by_word(self) -> str | None:
        """Return the text query of the documents that have the words, and not only compounds with them."""
        return self._text(tuple(sign for sign in Sign if sign is not Sign.part))

    @property
    def is_similar(self) -> bool:
        """Whether a word stands for another that is spelt like it."""
        return any(term.is_similar for term in self.terms)

    def hits(self, keys: Iterable[str]) -> bool:
        """Return whether a word with these keys is one that the query asks for."""
        asked = [key for term in self.terms if not term.is_excluded for keys_ in term.keys for key in keys_]
        exact = {key for key in asked if not key.endswith("*")}
        begun = tuple(key[:-1] for key in asked if key.endswith("*"))
        return any(key in exact or key.startswith(begun) for key in keys)

    def with_terms(self, terms: Sequence[Term]) -> "ParsedQuery":
        """Return the query with these terms in place of its own."""
        return replace(self, terms=tuple(terms))

    def _text(self, signs: tuple[Sign, ...]) -> str | None:
        texts = [(term.text() if term.is_excluded else term.text(signs)) for term in self.terms]
        asked = [text for term, text in zip(self.terms, texts, strict=True) if not term.is_excluded]
        return " & ".join(filter(None, texts)) if asked and all(asked) else None


def _quoted(key: str, weights: str) -> str:
    begins = "*" if key.endswith("*") and len(key) > 1 else ""
    text = key[:-1] if begins else key
    return f"'{text}':{begins}{weights}"


def parse_text(analyser: Analyser, text: str) -> ParsedQuery:
    """Return the query of a text: words that must all be there, quoted phrases, and words after a minus that must not.

    Conjunctions do not restrict a query that has other words.
    """
    terms = [term for match in _TERM.finditer(_APART.sub(r"\1", text)) for term in _terms_of(analyser, match)]
    meaning = [term for term in terms if not _is_stop_word(term)]
    asked = [term for term in meaning if not term.is_excluded]
    kept = meaning if asked else terms
    if len(asked) == 1:
        # One word is looked for in a document's own texts: whose implementer has it in its name is not about it.
        kept = [term if term.is_excluded else replace(term, weights=_OWN) for term in kept]
    return ParsedQuery(tuple(kept[:MAX_WORDS]))


def _is_stop_word(term: Term) -> bool:
    return len(term.words) == 1 and term.words[0].text in STOP_WORDS


def _terms_of(analyser: Analyser, match: re.Match[str]) -> Iterator[Term]:
    excluded = bool(match["minus"])
    # A phrase is one term; a word with hyphens is a phrase; other signs part words: `ja/tai`.
    texts = [match["phrase"]] if match["phrase"] is not None else _OTHER_SIGNS.split(match["word"])
    number = _number_of(match["word"]) if match["word"] else None
    if number:
        # A number may have any signs in it: `VN/1234/2024`.
        texts = [match["word"]]
    for text in texts:
        words = tuple(analyser.analyse(word) for word in word_texts(text)[:MAX_WORDS])
        if words:
            yield Term(words, tuple(asked_keys(analyser, word) for word in words), number, is_excluded=excluded)


def _number_of(text: str) -> str | None:
    """Return the key of a text that may be a part of an identifier."""
    if _OLD_BUSINESS_ID.match(text):
        text = f"0{text}"
    key = _VAT.sub("#", number_key(text))
    has_digits = sum(letter.isdigit() for letter in key) >= SHORTEST_PIECE
    return key if has_digits else None


def asked_keys(analyser: Analyser, word: Word) -> tuple[str, ...]:
    """Return the keys that a word of a query is found by.

    All forms of a known word have the same keys but for the written one, which adds no document: every form of a word
    has the key of its lemma. A word that no dictionary knows is found by its stems.
    """
    keys = [Sign.written + word.text, *(sign + lemma for lemma in word.meant for sign in (Sign.lemma, Sign.part))]
    if word.is_known:
        keys += [Sign.stem_of_unknown + stem for lemma in word.meant for stem in analyser.analyse(lemma).stems]
    else:
        keys += [sign + stem for stem in word.stems for sign in (Sign.stem, Sign.stem_of_unknown)]
    return tuple(dict.fromkeys(keys))


def bare_keys(analyser: Analyser, word: Word) -> tuple[str, ...]:
    """Return the keys of a word that was typed without its accents: `tyohon` is `työhön`."""
    restored = [analyser.analyse(text) for text in _with_accents(word.text)]
    known = [key for other in restored if other.is_known for key in asked_keys(analyser, other)]
    return (Sign.bare + without_accents(word.text), *known)


def beginning_keys(word: Word) -> tuple[str, ...]:
    """Return the keys of the words that begin with this piece."""
    if len(word.text) < SHORTEST_PIECE:
        return ()
    return (f"{Sign.written}{word.text}*", f"{Sign.bare}{without_accents(word.text)}*")


def similar_keys(analyser: Analyser, texts: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of the words that a misspelt one may stand for."""
    return tuple(key for text in texts for key in asked_keys(analyser, analyser.analyse(text)))


def _with_accents(text: str) -> list[str]:
    """Return the words that this one may be with its dots: those of Finnish vowel harmony."""
    return [text.translate(dots) for dots in _DOTS]
