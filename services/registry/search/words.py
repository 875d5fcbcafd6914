"""Words as search knows them: lemmas, stems, and the words that a compound begins and ends with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import Stemmer
from simplemma.strategies import RulesStrategy

from .compounds import Compounds
from .dictionary import IN_USE, LANGUAGES, Dictionary, Language
from .lemmas import KEPT_WORDS, Lemmas
from .lexicon import ACTION, CLITIC

_STEMMERS: Final = {
    "fi": Stemmer.Stemmer("finnish"),
    "sv": Stemmer.Stemmer("swedish"),
    "en": Stemmer.Stemmer("english"),
}
# A longer word that is Finnish is in no other language.
_LONGEST_SHARED: Final = 7
_RULES: Final = RulesStrategy()


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A word of a text or of a query, in lower case.

    `meant` are those of its `lemmas` that a query means by it: one for a Finnish word, else one in each language.
    `parts` are the lemmas of the words that a compound begins or ends with. Where no dictionary and no rule knows the
    word (`is_known`), its lemma is the word itself.
    """

    text: str
    lemmas: tuple[str, ...]
    meant: tuple[str, ...]
    parts: frozenset[str]
    stems: tuple[str, ...]
    is_known: bool


class Analyser:
    """The analysis of words with one dictionary; without one, words have stems alone."""

    def __init__(self, dictionary: Dictionary | None) -> None:
        self._lemmas = Lemmas(dictionary) if dictionary else None
        self._compounds = Compounds(self._lemmas) if self._lemmas else None
        # A register repeats its words: the 30 000 words of 2 775 names are 6 000 different ones.
        self.analyse = lru_cache(KEPT_WORDS)(self._analyse)

    def _analyse(self, text: str) -> Word:
        """Return what is known of a word in lower case."""
        languages = self._languages(text)
        lemmas = tuple(dict.fromkeys(self._lemmas_of(text, languages)))
        return Word(
            text=text,
            lemmas=lemmas or (text,),
            meant=(lemmas[:1] if "fi" in languages else lemmas) or (text,),
            parts=frozenset(self._parts(text, lemmas, languages)) - {*lemmas},
            stems=tuple(dict.fromkeys(_STEMMERS[language].stemWord(text) for language in languages or LANGUAGES)),
            is_known=bool(lemmas),
        )

    def _languages(self, text: str) -> list[Language]:
        """Return the languages whose dictionary has the word."""
        if self._lemmas is None or not text.isalpha():
            return []
        if len(text) > _LONGEST_SHARED and self._lemmas.of("fi", text):
            return ["fi"]
        return [language for language in LANGUAGES if self._lemmas.of(language, text)]

    def _lemmas_of(self, text: str, languages: Sequence[Language]) -> Iterator[str]:
        if self._lemmas is None or self._compounds is None or not text.isalpha():
            return
        adjective = self._compounds.adjective(text)
        if adjective:
            yield adjective
        for language in languages:
            yield from self._lemmas.all_of(language, text)
        if not languages and not adjective and (ruled := self._by_rule(text)):
            yield ruled

    def _by_rule(self, text: str) -> str | None:
        """Return the lemma of a word that no dictionary has."""
        assert self._lemmas is not None and self._compounds is not None  # noqa: PT018  Asked by `_lemmas_of` alone.
        bare = CLITIC.sub("", text)
        if bare != text and (lemma := self._lemmas.of("fi", bare) or self._lemmas.of("fi", f"{bare}n")):
            return lemma
        if compound := self._compounds.lemma(text):
            return compound
        action = ACTION.sub("nen", text)
        return action if ACTION.search(text) else _RULES.get_lemma(text, "fi")

    def _parts(self, text: str, lemmas: Sequence[str], languages: Sequence[Language]) -> set[str]:
        if self._compounds is None or not text.isalpha():
            return set()
        parts = {part for lemma in lemmas for part in self._compounds.parts(lemma)}
        return parts if parts or languages else self._compounds.part_beside_unknown(text)


@lru_cache(2)
def _analyser_with(dictionary: Dictionary | None) -> Analyser:
    return Analyser(dictionary)


def current_analyser() -> Analyser:
    """Return the analyser with the dictionary of this process, or by stems alone while there is none."""
    return _analyser_with(IN_USE.current())
