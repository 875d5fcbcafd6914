"""Hits: documents as the answer shows them, with the words that match marked."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from services.kernel.text import pick

from .keys import keys_of, word_texts
from .models import SearchDocument
from .parsed_query import ParsedQuery
from .schemas import SearchHit, TextPart
from .terms import Match, Noun
from .words import Analyser

_WORD: Final = re.compile(r"[^\W_]+")
_HREFS: Final = {Noun.project: "/api/registry/v1/projects/", Noun.organisation: "/api/registry/v1/organisations/"}


def read_hit(
    analyser: Analyser, parsed: ParsedQuery, languages: Sequence[str], document: SearchDocument, match: str
) -> SearchHit:
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
        highlight=list(_marked(analyser, parsed, shown)),
        match=Match(match),
        href=f"{_HREFS[noun]}{document.slug or document.id}",
    )


def _marked(analyser: Analyser, parsed: ParsedQuery, text: str) -> Iterator[TextPart]:
    """Yield the text in pieces. A word is a hit where the query finds it."""
    end = 0
    for word in _WORD.finditer(text):
        if not any(parsed.hits(keys_of(analyser.analyse(form))) for form in word_texts(word[0])):
            continue
        if word.start() > end:
            yield TextPart(text=text[end : word.start()], hit=False)
        yield TextPart(text=word[0], hit=True)
        end = word.end()
    if end < len(text):
        yield TextPart(text=text[end:], hit=False)
