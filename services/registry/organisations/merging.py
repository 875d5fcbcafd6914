"""Merging of two organisations that are one: the other answers in the place of the one that is merged."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.search import service as search

from . import searching
from .announcing import announce_organisations
from .models import Organisation


async def merge(session: AsyncSession, organisation_id: UUID, into_id: UUID) -> None:
    """Let the other organisation answer in the place of this one and of those that were merged into this one.

    Announces them.
    Requires: both rows are locked, and neither is merged.
    """
    statement = select(Organisation.id).where(Organisation.merged_into == organisation_id).order_by(Organisation.id)
    followers = list(await session.scalars(statement))
    await _answer_with(session, [organisation_id, *followers], into_id)
    await search.forget(session, [organisation_id])
    await searching.index(session, [into_id])
    await announce_organisations(session, changed=[organisation_id, *followers])


async def part(session: AsyncSession, organisation_id: UUID, from_id: UUID, followers: Sequence[UUID]) -> None:
    """Let a merged organisation answer for itself again, and in the place of its followers, and announce them.

    Requires: all of them are locked, and `from_id` answers in their place.
    """
    await _answer_with(session, [organisation_id], None)
    await _answer_with(session, followers, organisation_id)
    await searching.index(session, [organisation_id, from_id])
    await announce_organisations(session, changed=[organisation_id, *followers])


async def _answer_with(session: AsyncSession, organisation_ids: Sequence[UUID], into_id: UUID | None) -> None:
    await session.execute(
        update(Organisation)
        .where(Organisation.id.in_(organisation_ids))
        .values(merged_into=into_id, version=Organisation.version + 1)
        # The row that a caller has locked and read has its new values too.
        .execution_options(synchronize_session="fetch")
    )
