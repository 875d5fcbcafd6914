"""The lemma of a form, with nouns before verbs: `opin` is a form of `oppi` before one of `oppia`."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from .dictionary import Dictionary, Language

_SHORTEST_VERB: Final = 3
# As many as a register of some thousand names has.
KEPT_WORDS: Final = 4_000


class Lemmas:
    """The lemmas of a dictionary, which has one for each form though a form may belong to several words."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self.of = lru_cache(KEPT_WORDS)(self._of)
        self.beginnings = dictionary.beginnings

    def all_of(self, language: Language, form: str) -> Iterator[str]:
        """Yield the lemmas of the form, first the one that a query means."""
        lemma = self.of(language, form)
        if lemma is None:
            return
        yield lemma
        if language == "fi" and (listed := self._listed(language, form)) and listed != lemma:
            yield from [listed] if listed == form or self._is_verb(listed) else []
        if language == "en" and form.endswith("ves"):
            # `lives` is a form of `life` too.
            yield from (noun for end in ("f", "fe") if self._listed("en", noun := form[:-3] + end) == noun)

    def is_lemma(self, language: Language, text: str) -> bool:
        """Return whether the text is the lemma of its own."""
        return self.of(language, text) == text

    def is_common(self, form: str) -> bool:
        """Return whether the form is of a common word, not of a name alone."""
        return self._dictionary.is_common("fi", form)

    def _of(self, language: Language, form: str) -> str | None:
        lemma = self._listed(language, form)
        if lemma is None or language != "fi":
            return lemma
        if lemma == form:
            other = self._noun(form, _siblings(form)) if self._is_verb(form) else self._noun_of_adverb(form)
            return other or self._singular(form)
        if self._listed("fi", f"{form}n") == form:
            # The lemma of its own genitive is a noun, whatever else it is: `työ`, an old form of `te`.
            return form
        nominative = form[:-1] if form[-1] in "nt" and self._listed("fi", form[:-1]) == form[:-1] else None
        if self._is_verb(lemma):
            return nominative or self._noun(form, _siblings(form)) or lemma
        if nominative == lemma + lemma[-1]:
            # `Kainuun` is the genitive of a name before the illative of a word.
            return nominative
        return self._participle(lemma) or self._singular(lemma)

    def _listed(self, language: Language, form: str) -> str | None:
        lemma = self._dictionary.lemma(language, form)
        return lemma.rstrip(".") if lemma else None

    def _singular(self, lemma: str) -> str:
        """Return `markkina` for `markkinat`, which the dictionary knows too."""
        one = lemma[:-1]
        return one if lemma.endswith("t") and len(one) > 3 and self._listed("fi", one) == one else lemma

    def _participle(self, lemma: str) -> str | None:
        """Return `luova` for `luovi`, a rare word with the same forms in the plural."""
        if lemma.endswith("vi") and len(lemma) > 4:
            return next((full for a in "aä" if self._listed("fi", full := lemma[:-1] + a) == full), None)
        return None

    def _is_verb(self, lemma: str) -> bool:
        """Return whether the lemma has the noun in -minen that every verb has."""
        if lemma[-1] not in "aä" or len(lemma) < _SHORTEST_VERB:
            return False
        stems = [lemma[:-1]]
        if lemma[-2] in "dtlnr":
            stems += [lemma[:-2], lemma[:-2] + lemma[-1], lemma[:-2] + "e"]
        m = "maan" if lemma[-1] == "a" else "mään"
        return any(
            self._listed("fi", f"{stem}minen") == f"{stem}minen" or self._listed("fi", f"{stem}{m}") == lemma
            for stem in stems
        )

    def _noun_of_adverb(self, form: str) -> str | None:
        """Return the noun of a form that the dictionary has as an adverb: `ajan` and `aikana` are forms of `aika`."""
        if self._listed("fi", f"{form}n") == form:
            return None
        inflected = (sibling for sibling in _siblings_of_adverb(form) if self._listed("fi", sibling) != sibling)
        return self._noun(form, inflected)

    def _noun(self, form: str, siblings: Iterator[str]) -> str | None:
        """Return the noun whose form this is too, by another form of the noun: `opissa` shows the `oppi` of `opin`."""
        for sibling in siblings:
            lemma = self._listed("fi", sibling)
            if lemma and lemma != form and not self._is_verb(lemma):
                return self._singular(lemma)
        return None


def _siblings(form: str) -> Iterator[str]:
    """Yield forms that a noun with this form has and a verb has not."""
    a = "a" if any(vowel in form for vowel in "aou") else "ä"
    if form.endswith("ien"):
        yield from (form[:-3] + a, form[:-2], f"{form[:-2]}ss{a}")
    elif form.endswith("den"):
        yield f"{form[:-3]}ss{a}"
    elif form.endswith(("n", "t")):
        yield f"{form[:-1]}ss{a}"
    elif form.endswith(("sta", "stä")):
        yield f"{form[:-2]}s{a}"
    elif form.endswith(("a", "ä")):
        yield f"{form[:-1]}{form[-2]}n"


def _siblings_of_adverb(form: str) -> Iterator[str]:
    """Yield another case of the noun that an adverb looks like a case of."""
    a = "a" if any(vowel in form for vowel in "aou") else "ä"
    if form.endswith("ksi"):
        yield f"{form[:-3]}ss{a}"
    elif form.endswith(("na", "nä")):
        yield form[:-2] + a
    elif form.endswith("n") and not form.endswith("in"):
        yield f"{form[:-1]}ss{a}"
