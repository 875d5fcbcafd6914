"""Use cases of search: it writes the documents that the nouns hand over, in the transaction of each change."""

import asyncio
import json
from collections.abc import Collection, Sequence
from typing import Final, cast
from uuid import UUID

from sqlalchemy import ARRAY, Select, Table, Text, Uuid, bindparam, delete, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.statistics import refresh_statistics

from .documents import Document
from .keys import Vector, without_accents
from .models import SearchDocument, SearchWord
from .queries import index_version
from .terms import MOST_OF_LABELS, MOST_OF_NAMES, MOST_OF_TEXTS, MOST_RELATED, SHORTEST_PIECE, Noun, Weight
from .words import Analyser, current_analyser

TABLES: Final = tuple(cast("Table", model.__table__) for model in (SearchDocument, SearchWord))
# The analysis of more documents runs beside the event loop.
_FEW_DOCUMENTS: Final = 20
_AFTER_NAMES: Final = 1_000

# The names that a document takes over cannot change until its transaction ends, else it would keep the old ones.
_HOLD_RELATED: Final = text("""
SELECT id FROM search_documents WHERE id = ANY(:ids) ORDER BY id FOR SHARE
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_WRITE: Final = text("""
WITH given AS (
  SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS d(
    id uuid, noun text, kind text, state text, slug text, name jsonb, sort_key text, words tsvector, labels tsvector,
    related_ids uuid[])
), named AS MATERIALIZED (
  SELECT id, CAST(setweight(ts_filter(words, '{a}'), 'D') AS text) AS words FROM search_documents
  WHERE id IN (SELECT unnest(related_ids) FROM given)
), related AS (
  SELECT link.id, CAST(string_agg(named.words, ' ') AS tsvector) AS words
  FROM (SELECT id, unnest(related_ids) AS related_id FROM given) AS link JOIN named ON named.id = link.related_id
  GROUP BY link.id
)
INSERT INTO search_documents AS known
  (id, noun, kind, state, slug, name, sort_key, labels, related_ids, words, index_version)
SELECT g.id, g.noun, g.kind, g.state, g.slug, g.name, g.sort_key, g.labels, g.related_ids,
       g.words || g.labels || coalesce(r.words, ''), CAST(:version AS smallint)
FROM given AS g LEFT JOIN related AS r ON r.id = g.id
ORDER BY g.id
ON CONFLICT (id) DO UPDATE SET
  kind = excluded.kind, state = excluded.state, slug = excluded.slug, name = excluded.name,
  sort_key = excluded.sort_key, labels = excluded.labels, related_ids = excluded.related_ids, words = excluded.words,
  index_version = excluded.index_version, indexed_at = clock_timestamp()
WHERE (known.kind, known.state, known.slug, known.name, known.sort_key, known.related_ids, known.words,
       known.index_version)
  IS DISTINCT FROM (excluded.kind, excluded.state, excluded.slug, excluded.name, excluded.sort_key,
                    excluded.related_ids, excluded.words, excluded.index_version)
""")

_PASS_NAMES_ON: Final = text("""
WITH held AS (
  SELECT id FROM search_documents WHERE related_ids && :ids ORDER BY id FOR NO KEY UPDATE
), related AS (
  SELECT d.id, CAST(string_agg(CAST(setweight(ts_filter(n.words, '{a}'), 'D') AS text), ' ') AS tsvector) AS words
  FROM held JOIN search_documents AS d ON d.id = held.id JOIN search_documents AS n ON n.id = ANY(d.related_ids)
  GROUP BY d.id
)
UPDATE search_documents AS d SET words = ts_filter(d.words, '{a,b,c}') || d.labels || r.words
FROM related AS r WHERE d.id = r.id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_KNOWN_WORDS: Final = text("SELECT word FROM search_words WHERE word = ANY(:words)").bindparams(
    bindparam("words", type_=ARRAY(Text))
)

_ENTER_WORDS: Final = text("""
INSERT INTO search_words (word, plain) SELECT g.word, g.plain FROM unnest(:words, :plain) AS g(word, plain)
""").bindparams(bindparam("words", type_=ARRAY(Text)), bindparam("plain", type_=ARRAY(Text)))

_FORGET: Final = text("DELETE FROM search_documents WHERE id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)

_TIDY_WORDS: Final = text("""
DELETE FROM search_words AS w
WHERE EXISTS (SELECT FROM search_words AS same WHERE same.word = w.word AND same.id < w.id)
   OR NOT EXISTS (SELECT FROM search_documents AS d WHERE d.words @@ CAST('''=' || w.word || '''' AS tsquery))
""")

_SETTLE: Final = tuple(
    text("SELECT gin_clean_pending_list(CAST(:index AS regclass))").bindparams(index=index)
    for index in ("ix_search_documents_words", "ix_search_words_plain")
)


async def index(session: AsyncSession, documents: Sequence[Document]) -> None:
    """Write the documents anew, and pass their names on to the documents that they are related to.

    One call holds documents in the order of their ids.
    Requires: the documents that these are related to are written already; a transaction that calls it more than once,
    as an import and a merger do, takes turns with the others of its kind.
    """
    if not documents:
        return
    version, analyser = index_version(), current_analyser()
    if len(documents) > _FEW_DOCUMENTS:
        rows, words = await asyncio.to_thread(_rows, analyser, documents)
    else:
        rows, words = _rows(analyser, documents)
    related = sorted({related_id for document in documents for related_id in document.related_ids})
    if related:
        await session.execute(_HOLD_RELATED, {"ids": related})
    await session.execute(_WRITE, {"rows": rows, "version": version})
    await _enter_words(session, words)
    named = [document.id for document in documents if document.noun is Noun.organisation]
    if named:
        await session.execute(_PASS_NAMES_ON, {"ids": named})


async def _enter_words(session: AsyncSession, words: Sequence[str]) -> None:
    known = set(await session.scalars(_KNOWN_WORDS, {"words": words}))
    if new := [word for word in words if word not in known]:
        await session.execute(_ENTER_WORDS, {"words": new, "plain": [without_accents(word) for word in new]})


def _rows(analyser: Analyser, documents: Sequence[Document]) -> tuple[str, list[str]]:
    """Return the documents as JSON rows, and their words."""
    words = set[str]()
    rows = [_row(analyser, document, words) for document in documents]
    return json.dumps(rows, ensure_ascii=False, check_circular=False), sorted(filter(_is_misspellable, words))


def _row(analyser: Analyser, document: Document, words: set[str]) -> dict[str, object]:
    """Return the document as a row, and add its words."""
    names = Vector(analyser, words, most_bytes=MOST_OF_NAMES)
    texts = Vector(analyser, words, most_bytes=MOST_OF_TEXTS, position=_AFTER_NAMES)
    labels = Vector(analyser, words, most_bytes=MOST_OF_LABELS)
    for name in document.name.values():
        names.add(name, Weight.name)
    texts.add_numbers(document.numbers)
    for weight, prose in document.texts:
        texts.add(prose, weight)
    for label in document.labels:
        labels.add(label, Weight.related)
    return {
        "id": str(document.id),
        "noun": document.noun,
        "kind": document.kind,
        "state": document.state,
        "slug": document.slug,
        "name": document.name,
        "sort_key": document.sort_key,
        "words": f"{names} {texts}",
        "labels": str(labels),
        "related_ids": sorted({str(related_id) for related_id in document.related_ids})[:MOST_RELATED],
    }


def _is_misspellable(word: str) -> bool:
    return len(word) >= SHORTEST_PIECE and not word.isdigit()


async def forget(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Remove the documents of rows that are gone."""
    await session.execute(_FORGET, {"ids": list(ids)})


async def forget_gone(session: AsyncSession, noun: Noun, ids: Select[UUID]) -> None:
    """Remove the documents of the noun that are not among the ids of its rows."""
    gone = SearchDocument.id.not_in(ids)
    await session.execute(delete(SearchDocument).where(SearchDocument.noun == noun, gone))


async def tidy_words(session: AsyncSession) -> None:
    """Remove the words that no document has any more, and those that are there twice."""
    # Each word is looked up in the index.
    await settle_index(session)
    await session.execute(_TIDY_WORDS)


async def settle_index(session: AsyncSession) -> None:
    """Move the pending entries of thousands of new documents into the indexes.

    Until then every search reads the whole pending list. PostgreSQL itself would do this at its next vacuum.
    """
    for statement in _SETTLE:
        await session.execute(statement)
    await refresh_statistics(session, TABLES)
