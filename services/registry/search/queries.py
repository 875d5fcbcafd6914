"""Every SELECT of search."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Numeric,
    Text,
    and_,
    case,
    cast,
    column,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.lists.layouts import BY_LANGUAGE
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.registry.organisations.models import Organisation
from services.registry.projects.models import ProjectIdentifier

from .access import visible_to
from .models import SearchDocument
from .parsed_query import ParsedQuery, Word, read_hit, word_texts
from .schemas import FacetCount, Facets, SearchHit, SearchQuery
from .terms import Match

_STEMMERS: tuple[ColumnElement[str], ...] = tuple(
    literal_column(f"'{language}_stem'::regdictionary") for language in ("finnish", "swedish", "english")
)
_SIMPLE: ColumnElement[str] = literal_column("'simple'::regconfig")


async def parse(session: AsyncSession, principal: Principal, text: str) -> ParsedQuery:
    """Return the query's words with their stems.

    Where the principal may see no document that has the words, the query is to be matched by similarity.
    """
    unnested = func.unnest(cast(word_texts(text), ARRAY(Text))).table_valued(column("word"), with_ordinality="place")
    typed = unnested.render_derived(name="typed")
    stems = [func.ts_lexize(stemmer, typed.c.word) for stemmer in _STEMMERS]
    rows = await session.execute(select(typed.c.word, func.unaccent(typed.c.word), *stems).order_by(typed.c.place))
    words = tuple(_word(word, plain, stems) for word, plain, *stems in rows)
    parsed = ParsedQuery(text=text, words=words, plain=" ".join(word.plain for word in words), by_similarity=False)
    if not words or await session.scalar(select(exists().where(_visible_matches(parsed, principal)))):
        return parsed
    return parsed.similar()


def _word(text: str, plain: str, stems: Sequence[list[str] | None]) -> Word:
    lexemes = [lexeme for of_one_stemmer in stems for lexeme in of_one_stemmer or ()]
    return Word(text=text, plain=plain, stems=tuple(dict.fromkeys(lexemes)))


def _by_number(parsed: ParsedQuery) -> ColumnElement[bool]:
    numbers = parsed.numbers()
    return or_(
        SearchDocument.id.in_(select(ProjectIdentifier.project_id).where(ProjectIdentifier.value.in_(numbers))),
        SearchDocument.id.in_(select(Organisation.id).where(Organisation.business_id.in_(numbers))),
    )


def _by_word(parsed: ParsedQuery) -> ColumnElement[bool]:
    return SearchDocument.words.bool_op("@@")(func.to_tsquery(_SIMPLE, parsed.words_query()))


def _by_part(parsed: ParsedQuery) -> ColumnElement[bool]:
    """Select the documents whose name contains every word or its stem, also within a compound."""
    return and_(*(SearchDocument.plain.contains(word.part(), autoescape=True) for word in parsed.words))


def _similar(parsed: ParsedQuery) -> ColumnElement[bool]:
    return literal(parsed.plain).bool_op("<%")(SearchDocument.plain)


def _visible_matches(parsed: ParsedQuery, principal: Principal) -> ColumnElement[bool]:
    return and_(_matches(parsed), visible_to(principal))


def _matches(parsed: ParsedQuery) -> ColumnElement[bool]:
    if not parsed.words:
        return false()
    if parsed.by_similarity:
        return _similar(parsed)
    return or_(_by_number(parsed), _by_word(parsed), _by_part(parsed))


def _match_kind(parsed: ParsedQuery) -> ColumnElement[str]:
    if parsed.by_similarity or not parsed.words:
        return literal(Match.similar.value)
    return case(
        (_by_number(parsed), Match.identifier.value),
        (_by_word(parsed), Match.word.value),
        else_=Match.part.value,
    )


def _relevance(parsed: ParsedQuery) -> ColumnElement[object]:
    """Rank numbers before words before parts before similar names; within each, the closer name first."""
    similarity = func.word_similarity(parsed.plain, SearchDocument.plain)
    if parsed.by_similarity or not parsed.words:
        return cast(similarity, Numeric(9, 6))
    # 1: a word weighs more in a short name than in a long one.
    rank = func.ts_rank(SearchDocument.words, func.to_tsquery(_SIMPLE, parsed.words_query()), 1)
    return cast(case((_by_number(parsed), 3), (_by_word(parsed), 1 + rank), else_=similarity / 2), Numeric(9, 6))


def listing(
    parsed: ParsedQuery, principal: Principal, query: SearchQuery, *, languages: Sequence[str]
) -> Listing[SearchHit]:
    """Return the matches within the facets of the query, best first."""
    return Listing(
        name="search",
        select=select(SearchDocument)
        .add_columns(_match_kind(parsed))
        .where(_visible_matches(parsed, principal), *_within(query)),
        read=partial(read_hit, parsed, languages),
        model=SearchHit,
        key=SearchDocument.id,
        default_sort="-relevance",
        sort_keys={"relevance": _relevance(parsed), "name": SearchDocument.sort_key},
        known_members={"name": BY_LANGUAGE},
    )


def _within(query: SearchQuery) -> list[ColumnElement[bool]]:
    facet_filters = (
        (query.noun, SearchDocument.noun),
        (query.kind, SearchDocument.kind),
        (query.state, SearchDocument.state),
    )
    return [place.in_(codes) for codes, place in facet_filters if codes]


async def facets(session: AsyncSession, principal: Principal, parsed: ParsedQuery) -> Facets:
    """Count all matches by noun, kind and state, the most frequent first."""
    places = (SearchDocument.noun, SearchDocument.kind, SearchDocument.state)
    sets = func.grouping_sets(*(tuple_(place) for place in places))
    counted = (
        select(*places, func.count(), func.grouping(*places)).where(_visible_matches(parsed, principal)).group_by(sets)
    )
    counts: dict[int, list[FacetCount]] = {0b011: [], 0b101: [], 0b110: []}
    for *codes, count, grouping in await session.execute(counted):
        code = next((code for code in codes if code is not None), None)
        if code is not None:
            counts[grouping].append(FacetCount(code=code, count=count))
    for facet_counts in counts.values():
        facet_counts.sort(key=lambda facet: (-facet.count, facet.code))
    return Facets(noun=counts[0b011], kind=counts[0b101], state=counts[0b110])
