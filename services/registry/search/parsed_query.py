"""A search query as parsed words and stems, and its matches in a name."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from services.kernel.text import pick
from services.registry.organisations.terms import normal_business_id
from services.registry.projects.identifiers import normal_forms

from .models import SearchDocument
from .schemas import SearchHit, TextPart
from .terms import MAX_WORDS, MIN_PART_LENGTH, Match, Noun

_WORD = re.compile(r"\w+")
# Where Finnish inflection changes what the stemmer leaves: osaaminen, osaamisen; yrittäjyys, yrittäjyyden, -teen.
_ALTERNATING = re.compile(r"((?<=uu)|(?<=yy))(ks|s|d|t)$|(?<=mi)(nen|n|s)$")
_HREFS = {Noun.project: "/api/registry/v1/projects/", Noun.organisation: "/api/registry/v1/organisations/"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the query, also without accents, and its Finnish, Swedish and English stems."""

    text: str
    plain: str
    stems: tuple[str, ...]

    def part(self) -> str:
        """Return the part that a compound must contain: the shortest stem that is long enough, without accents."""
        roots = (_ALTERNATING.sub("", bare(stem)) for stem in (*self.stems, self.text))
        return min((root for root in roots if len(root) >= MIN_PART_LENGTH), key=len, default=self.plain)

    def query(self) -> str:
        """Return the word as part of a text query, which finds words that begin with it or share a stem with it."""
        return "(" + " | ".join([f"'{self.text}':*", *(f"'{stem}'" for stem in self.stems)]) + ")"


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A search query as it is compared with documents. `by_similarity`: no document has its words."""

    text: str
    words: tuple[Word, ...]
    plain: str
    by_similarity: bool

    def similar(self) -> "ParsedQuery":
        """Return the same query, to be matched by similarity."""
        return replace(self, by_similarity=True)

    def numbers(self) -> set[str]:
        """Return the query as an identifier may be written, a Y-tunnus also in its normal form."""
        written = {self.text, self.text.upper(), *normal_forms(self.text)}
        with suppress(ValueError):
            written.add(normal_business_id(self.text))
        return written

    def words_query(self) -> str:
        """Return the text query for `to_tsquery('simple', …)`.

        Each word of the query begins a word of the document, or shares a stem with one.
        """
        return " & ".join(word.query() for word in self.words)


def word_texts(text: str) -> list[str]:
    """Return the words of a query in lower case: letters, digits and underscores only, safe in a text query."""
    return _WORD.findall(text.lower())[:MAX_WORDS]


def bare(text: str) -> str:
    """Return the text in lower case without accents, with as many characters as before."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text.lower())


def read_hit(parsed: ParsedQuery, languages: Sequence[str], document: SearchDocument, match: str) -> SearchHit:
    """Return one document as a search hit, with its matching words marked in the reader's language."""
    shown, language = pick(document.name, languages)
    noun = Noun(document.noun)
    return SearchHit(
        noun=noun,
        id=document.id,
        slug=document.slug,
        kind=document.kind,
        state=document.state,
        name=document.name,
        language=language,
        highlight=list(marked(shown, [word.part() for word in parsed.words])),
        match=Match(match),
        href=f"{_HREFS[noun]}{document.slug or document.id}",
    )


def marked(text: str, parts: Sequence[str]) -> Iterator[TextPart]:
    """Yield the text in pieces. A word is a hit where it contains one of the parts."""
    end = 0
    for word in _WORD.finditer(text):
        if not any(part in bare(word[0]) for part in parts):
            continue
        if word.start() > end:
            yield TextPart(text=text[end : word.start()], hit=False)
        yield TextPart(text=word[0], hit=True)
        end = word.end()
    if end < len(text):
        yield TextPart(text=text[end:], hit=False)
