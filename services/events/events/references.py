"""References of events to objects of the registry: each is an object that the registry has announced.

Calls and practices are not announced yet, as the registry has none; a test sees to it that they are checked then.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.coordinations import queries as coordinations
from services.events.organisations import queries as organisations
from services.kernel.web.errors import NotKnownYet


async def check_coordination(session: AsyncSession, coordination_id: UUID) -> None:
    """Check that a project leads. Raises NotKnownYet."""
    coordination = await coordinations.find(session, coordination_id)
    if coordination is None or coordination.removed:
        raise NotKnownYet


async def check_projects(session: AsyncSession, project_ids: Collection[UUID], *, before: Collection[UUID]) -> None:
    """Check the projects that an event did not name before. Those of before may have been removed since.

    Raises NotKnownYet.
    """
    added = set(project_ids) - set(before)
    if added and added - await organisations.known_projects(session, added):
        raise NotKnownYet
