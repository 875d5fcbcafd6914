"""Organisations as documents of search."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.search import service as search
from services.registry.search.documents import Document
from services.registry.search.queries import outdated
from services.registry.search.terms import Noun, Weight

from .models import Organisation

_BATCH: Final = 500


async def index(session: AsyncSession, organisation_ids: Collection[UUID]) -> None:
    """Write the documents of organisations as they are in the tables now. Requires: all changes are flushed."""
    if not organisation_ids:
        return
    rows = await session.execute(
        select(
            Organisation.id,
            Organisation.kind,
            Organisation.name,
            Organisation.sort_key,
            Organisation.business_id,
            Organisation.abbreviations,
        ).where(Organisation.id.in_(organisation_ids))
    )
    documents = [
        Document(
            id=row.id,
            noun=Noun.organisation,
            kind=row.kind,
            name=row.name,
            sort_key=row.sort_key,
            numbers=[row.business_id] if row.business_id else [],
            texts=[(Weight.name, abbreviation) for abbreviation in row.abbreviations],
        )
        for row in rows
    ]
    await search.index(session, documents)


async def renew(session: AsyncSession) -> int:
    """Write some of the documents that are missing or of an older version. Returns their number."""
    ids = (await session.scalars(select(Organisation.id).where(outdated(Organisation.id)).limit(_BATCH))).all()
    await index(session, ids)
    return len(ids)


async def forget_gone(session: AsyncSession) -> None:
    """Remove the documents of rows that are gone."""
    await search.forget_gone(session, Noun.organisation, select(Organisation.id))
