"""Every SELECT of coordinations."""

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


async def is_known(session: AsyncSession, project_id: UUID) -> bool:
    """Return whether the project leads or has led."""
    return await session.scalar(select(Coordination.id).where(Coordination.id == project_id)) is not None
