"""Every SELECT of search: how a query meets documents, the list of hits and its facets."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import (
    ColumnElement,
    Numeric,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.types import Column
from services.kernel.lists.layouts import BY_LANGUAGE
from services.kernel.lists.pages import Listing

from .dictionary import IN_USE
from .hits import read_hit
from .keys import without_accents
from .models import SearchDocument, SearchWord
from .parsed_query import ANYWHERE, ParsedQuery, Term, bare_keys, beginning_keys, parse_text, similar_keys
from .schemas import FacetCount, Facets, SearchHit, SearchQuery
from .terms import INDEX_VERSION, SHORTEST_PIECE, STEMS_ONLY, Match
from .words import Analyser, current_analyser

# A short word may have one wrong letter, a longer one two.
_SHORT_WORD = 5
_MOST_SIMILAR = 5


def index_version() -> int:
    """Return the version of the documents that are written now."""
    return STEMS_ONLY if IN_USE.current() is None else INDEX_VERSION


async def parse(session: AsyncSession, visible: ColumnElement[bool], text: str) -> ParsedQuery:
    """Return the query of a text as it is to be compared with documents.

    A word that no visible document has is looked for in what documents are related to, then without its accents, then
    as the beginning of a word, and last as a misspelt word.
    """
    analyser = current_analyser()
    parsed = parse_text(analyser, text)
    asked = [term for term in parsed.terms if not term.is_excluded]
    if not asked:
        return parsed
    ways = [_ways(analyser, term) for term in asked]
    # PostgreSQL tries a way only where a visible document has the term in none of the ways before it.
    first = [case(*((_is_there(way, visible), place) for place, way in enumerate(each)), else_=-1) for each in ways]
    [places] = await session.execute(select(*first))
    found = {
        term: each[place] if place >= 0 else await _respelt(session, analyser, term)
        for term, each, place in zip(asked, ways, places, strict=True)
    }
    return parsed.with_terms([found.get(term, term) for term in parsed.terms])


def _ways(analyser: Analyser, term: Term) -> list[Term]:
    """Return the ways in which documents may have a term, the best one first."""
    ways = [term, replace(term, weights=ANYWHERE)]
    if len(term.words) == 1:
        [word] = term.words
        ways.append(replace(term, keys=(bare_keys(analyser, word),)))
        if beginning := beginning_keys(word):
            ways.append(replace(term, keys=(beginning,)))
    return ways


def _is_there(term: Term, visible: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_has(term.text()), visible)


async def _respelt(session: AsyncSession, analyser: Analyser, term: Term) -> Term:
    """Return the term with the words of documents that each of its words is most similar to. Numbers are exact."""
    if term.number:
        return term
    keys = []
    for word, own_keys in zip(term.words, term.keys, strict=True):
        similar = await _similar_words(session, without_accents(word.text))
        keys.append(similar_keys(analyser, similar) or own_keys)
    return replace(term, keys=tuple(keys), is_similar=True)


async def _similar_words(session: AsyncSession, plain: str) -> list[str]:
    """Return the words at the smallest Levenshtein distance, the most similar first."""
    if len(plain) < SHORTEST_PIECE:
        return []
    most = 1 if len(plain) <= _SHORT_WORD else 2
    distance = func.levenshtein_less_equal(SearchWord.plain, plain, most)
    near = (
        select(
            SearchWord.word, distance.label("distance"), func.similarity(SearchWord.plain, plain).label("similarity")
        )
        .where(SearchWord.plain.bool_op("%")(plain), distance <= most)
        .distinct()
        .cte("near")
    )
    nearest = select(func.min(near.c.distance)).scalar_subquery()
    statement = (
        select(near.c.word)
        .where(near.c.distance == nearest)
        .order_by(near.c.similarity.desc(), near.c.word)
        .limit(_MOST_SIMILAR)
    )
    return list(await session.scalars(statement))


def outdated(row_id: Column) -> ColumnElement[bool]:
    """Select the rows of a noun whose document is missing or of an older version."""
    current = exists().where(SearchDocument.id == row_id, SearchDocument.index_version >= index_version())
    return ~current


def _has(text: str | None) -> ColumnElement[bool]:
    """Select the documents that a text query matches; none without one."""
    return SearchDocument.words.bool_op("@@")(cast(literal(text), TSQUERY)) if text else false()


def matches(parsed: ParsedQuery) -> ColumnElement[bool]:
    """Select the documents that match the query."""
    return _has(parsed.matching())


def relevance(parsed: ParsedQuery) -> ColumnElement[object]:
    """Rank numbers before words before parts of compounds; within each, rare words of short names first."""
    text = parsed.matching()
    if text is None:
        return cast(literal(0), Numeric(9, 6))
    # 1: a word weighs more in a short name than in a long one.
    rank = func.ts_rank(SearchDocument.words, cast(literal(text), TSQUERY), 1)
    return cast(rank + case((_has(parsed.by_number()), 2), (_has(parsed.by_word()), 1), else_=0), Numeric(9, 6))


def _match_kind(parsed: ParsedQuery) -> ColumnElement[str]:
    if parsed.is_similar:
        return literal(Match.similar.value)
    return case(
        (_has(parsed.by_number()), Match.identifier.value),
        (_has(parsed.by_word()), Match.word.value),
        else_=Match.part.value,
    )


def listing(
    parsed: ParsedQuery, visible: ColumnElement[bool], query: SearchQuery, *, languages: Sequence[str]
) -> Listing[SearchHit]:
    """Return the matches within the facets of the query, best first."""
    return Listing(
        name="search",
        select=select(SearchDocument).add_columns(_match_kind(parsed)).where(matches(parsed), visible, *_within(query)),
        read=partial(read_hit, current_analyser(), parsed, languages),
        model=SearchHit,
        key=SearchDocument.id,
        default_sort="-relevance",
        sort_keys={"relevance": relevance(parsed), "name": SearchDocument.sort_key},
        known_members={"name": BY_LANGUAGE},
    )


def _within(query: SearchQuery) -> list[ColumnElement[bool]]:
    facet_filters = (
        (query.noun, SearchDocument.noun),
        (query.kind, SearchDocument.kind),
        (query.state, SearchDocument.state),
    )
    return [place.in_(codes) for codes, place in facet_filters if codes]


async def facets(session: AsyncSession, visible: ColumnElement[bool], parsed: ParsedQuery) -> Facets:
    """Count all matches by noun, kind and state, the most frequent first."""
    places = (SearchDocument.noun, SearchDocument.kind, SearchDocument.state)
    sets = func.grouping_sets(*(tuple_(place) for place in places))
    counted = select(*places, func.count(), func.grouping(*places)).where(matches(parsed), visible).group_by(sets)
    counts: dict[int, list[FacetCount]] = {0b011: [], 0b101: [], 0b110: []}
    for *codes, count, grouping in await session.execute(counted):
        code = next((code for code in codes if code is not None), None)
        if code is not None:
            counts[grouping].append(FacetCount(code=code, count=count))
    for facet_counts in counts.values():
        facet_counts.sort(key=lambda facet: (-facet.count, facet.code))
    return Facets(noun=counts[0b011], kind=counts[0b101], state=counts[0b110])
