"""Every SELECT of coordinations."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from .models import Coordination


def ids_of_slug(slug: str) -> Select[UUID]:
    """Select the id of the coordination project with this slug."""
    return select(Coordination.id).where(Coordination.slug == slug)


async def find(session: AsyncSession, coordination_id: UUID) -> Coordination | None:
    """Return the copy of one coordination project, if the registry has announced it."""
    return await session.get(Coordination, coordination_id)


async def known(session: AsyncSession, project_ids: Collection[UUID]) -> Sequence[UUID]:
    """Return those of the projects that lead or have led."""
    return (await session.scalars(select(Coordination.id).where(Coordination.id.in_(project_ids)))).all()
