"""Merging of two projects that are one: what of a project moves to another, and back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.rows import among
from services.registry.search import service as search
from services.registry.statements.queries import Identified

from . import rows, shown
from .history import announce_touched
from .models import Project


@dataclass(frozen=True, slots=True)
class Moved:
    """The identifiers that a merge moves, and the projects that had been merged into the one that is merged."""

    numbers: Sequence[Identified]
    followers: Sequence[UUID]


async def merge(session: AsyncSession, project_id: UUID, into_id: UUID) -> Moved:
    """Move the project's identifiers to the end of those of the other one, which answers in its place.

    Requires: both rows are locked.
    """
    numbers = (await shown.holders_of(session, [project_id]))[project_id]
    # Its lists would be added to those of the other one wherever all rows of a table are read.
    await rows.empty_lists(session, project_id)
    await rows.move_identifiers(session, project_id, into_id, numbers)
    followers = (await session.scalars(select(Project.id).where(Project.merged_into == project_id))).all()
    await _answer_with(session, [project_id, *followers], into_id)
    return Moved(numbers, followers)


async def part(session: AsyncSession, project_id: UUID, from_id: UUID, moved: Moved) -> None:
    """Give the project back what a merge moved, as far as the other one still has it.

    Requires: the row of the other one is locked.
    """
    await session.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    await rows.move_identifiers(session, from_id, project_id, moved.numbers)
    await _answer_with(session, [project_id], None)
    await _answer_with(session, moved.followers, project_id)


async def announce_merged(
    session: AsyncSession, project_id: UUID, *, touched: Collection[UUID], author: str, reason: str | None
) -> None:
    """Store and announce the next version of a project that has been merged, and of those that this has touched.

    Search does not find it any more.
    """
    await search.forget(session, [project_id])
    await announce_touched(session, {project_id, *touched}, author=author, reason=reason)


async def _answer_with(session: AsyncSession, project_ids: Sequence[UUID], into_id: UUID | None) -> None:
    await session.execute(update(Project).where(among(Project.id, project_ids)).values(merged_into=into_id))
