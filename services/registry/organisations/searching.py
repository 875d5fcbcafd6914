"""Organisations as documents of search."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.types import Result
from services.registry.search import service as search
from services.registry.search.documents import Document
from services.registry.search.queries import outdated
from services.registry.search.terms import Noun, Weight

from . import queries
from .models import Organisation

_BATCH: Final = 500
_ANSWERING: Final = select(Organisation.id).where(Organisation.merged_into.is_(None))


async def index(session: AsyncSession, organisation_ids: Collection[UUID]) -> None:
    """Write the documents of organisations as they are in the tables now. Requires: all changes are flushed.

    The names of an organisation that was merged find the one that answers in its place, and it has no document.
    """
    if not organisation_ids:
        return
    answering = queries.answering()
    rows = await session.execute(
        select(
            answering.label("answering"),
            Organisation.id,
            Organisation.kind,
            Organisation.name,
            Organisation.sort_key,
            Organisation.business_id,
            Organisation.abbreviations,
        )
        .where(answering.in_(select(answering).where(Organisation.id.in_(organisation_ids))))
        .order_by(answering, Organisation.merged_into.nulls_first(), Organisation.id)
    )
    documents = [_document(list(alike)) for _, alike in groupby(rows, key=lambda row: row.answering)]
    await search.index(session, documents)


def _document(alike: Sequence[Result]) -> Document:
    """Return the document of the first of the organisations, which the names of the others find too."""
    first, *others = alike
    texts = [abbreviation for row in alike for abbreviation in row.abbreviations]
    texts += [name for row in others for name in row.name.values()]
    return Document(
        id=first.id,
        noun=Noun.organisation,
        kind=first.kind,
        name=first.name,
        sort_key=first.sort_key,
        numbers=[row.business_id for row in alike if row.business_id],
        texts=[(Weight.name, text) for text in texts],
    )


async def renew(session: AsyncSession) -> int:
    """Write some of the documents that are missing or of an older version. Returns their number."""
    due = _ANSWERING.where(outdated(Organisation.id)).limit(_BATCH)
    ids = (await session.scalars(due)).all()
    await index(session, ids)
    return len(ids)


async def forget_gone(session: AsyncSession) -> None:
    """Remove the documents of rows that are gone."""
    await search.forget_gone(session, Noun.organisation, _ANSWERING)
