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

from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.registry.organisations.models import Organisation
from services.registry.projects.models import ProjectIdentifier

from .access import visible_to
from .models import SearchDocument
from .question import Question, Word, read_hit, word_texts
from .schemas import FacetCount, Facets, SearchHit, SearchQuery
from .terms import Match

_STEMMERS: tuple[ColumnElement[str], ...] = tuple(
    literal_column(f"'{language}_stem'::regdictionary") for language in ("finnish", "swedish", "english")
)
_SIMPLE: ColumnElement[str] = literal_column("'simple'::regconfig")


async def understand(session: AsyncSession, principal: Principal, text: str) -> Question:
    """Return the question's words with their stems, and whether any document has them."""
    given = func.unnest(cast(word_texts(text), ARRAY(Text))).table_valued(column("word"), with_ordinality="place")
    asked = given.render_derived(name="asked")
    stems = [func.ts_lexize(stemmer, asked.c.word) for stemmer in _STEMMERS]
    rows = await session.execute(select(asked.c.word, func.unaccent(asked.c.word), *stems).order_by(asked.c.place))
    found = tuple(_word(word, plain, stems) for word, plain, *stems in rows)
    question = Question(text=text, words=found, plain=" ".join(word.plain for word in found), guess=False)
    if not found or await session.scalar(select(exists().where(_found(question, principal)))):
        return question
    return question.guessing()


def _word(text: str, plain: str, stems: Sequence[list[str] | None]) -> Word:
    found = [lexeme for lexemes in stems for lexeme in lexemes or ()]
    return Word(text=text, plain=plain, stems=tuple(dict.fromkeys(found)))


def _by_number(question: Question) -> ColumnElement[bool]:
    written = question.numbers()
    return or_(
        SearchDocument.id.in_(select(ProjectIdentifier.project_id).where(ProjectIdentifier.value.in_(written))),
        SearchDocument.id.in_(select(Organisation.id).where(Organisation.business_id.in_(written))),
    )


def _by_word(question: Question) -> ColumnElement[bool]:
    return SearchDocument.words.bool_op("@@")(func.to_tsquery(_SIMPLE, question.words_query()))


def _by_part(question: Question) -> ColumnElement[bool]:
    """Return every word, or its stem, stands somewhere in the name: compounds are written together."""
    return and_(*(SearchDocument.plain.contains(word.part(), autoescape=True) for word in question.words))


def _similar(question: Question) -> ColumnElement[bool]:
    return literal(question.plain).bool_op("<%")(SearchDocument.plain)


def _found(question: Question, principal: Principal) -> ColumnElement[bool]:
    return and_(_answers(question), visible_to(principal))


def _answers(question: Question) -> ColumnElement[bool]:
    if not question.words:
        return false()
    if question.guess:
        return _similar(question)
    return or_(_by_number(question), _by_word(question), _by_part(question))


def _match(question: Question) -> ColumnElement[str]:
    if question.guess or not question.words:
        return literal(Match.similar.value)
    return case(
        (_by_number(question), Match.identifier.value),
        (_by_word(question), Match.word.value),
        else_=Match.part.value,
    )


def _relevance(question: Question) -> ColumnElement[object]:
    """Numbers before words before parts before guesses; within each, the closer name first."""
    likeness = func.word_similarity(question.plain, SearchDocument.plain)
    if question.guess or not question.words:
        return cast(likeness, Numeric(9, 6))
    # 1: a word weighs more in a short name than in a long one.
    rank = func.ts_rank(SearchDocument.words, func.to_tsquery(_SIMPLE, question.words_query()), 1)
    return cast(case((_by_number(question), 3), (_by_word(question), 1 + rank), else_=likeness / 2), Numeric(9, 6))


def listing(
    question: Question, principal: Principal, query: SearchQuery, *, languages: Sequence[str]
) -> Listing[SearchHit]:
    """Return what answers the question within the facets asked for."""
    return Listing(
        name="search",
        select=select(SearchDocument).add_columns(_match(question)).where(_found(question, principal), *_within(query)),
        read=partial(read_hit, question, languages),
        model=SearchHit,
        key=SearchDocument.id,
        default_sort="-relevance",
        sort_keys={"relevance": _relevance(question), "name": SearchDocument.sort_name},
    )


def _within(query: SearchQuery) -> list[ColumnElement[bool]]:
    asked = (
        (query.noun, SearchDocument.noun),
        (query.kind, SearchDocument.kind),
        (query.state, SearchDocument.state),
    )
    return [place.in_(codes) for codes, place in asked if codes]


async def facets(session: AsyncSession, principal: Principal, question: Question) -> Facets:
    """Return how all that answers the question divides."""
    places = (SearchDocument.noun, SearchDocument.kind, SearchDocument.state)
    sets = func.grouping_sets(*(tuple_(place) for place in places))
    counted = select(*places, func.count(), func.grouping(*places)).where(_found(question, principal)).group_by(sets)
    found: dict[int, list[FacetCount]] = {0b011: [], 0b101: [], 0b110: []}
    for *codes, count, which in await session.execute(counted):
        code = next((code for code in codes if code is not None), None)
        if code is not None:
            found[which].append(FacetCount(code=code, count=count))
    for counts in found.values():
        counts.sort(key=lambda facet: (-facet.count, facet.code))
    return Facets(noun=found[0b011], kind=found[0b101], state=found[0b110])
