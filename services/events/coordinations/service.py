"""Use cases of coordinations."""

from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .models import Coordination
from .schemas import COORDINATION_KIND, ToldProject


async def hear_of_project(session: AsyncSession, data: Mapping[str, object]) -> None:
    """Keep what the registry tells of a coordination project; other projects are none of ours.

    The newest version wins in whatever order the messages arrive.
    """
    told = ToldProject.model_validate(data)
    if told.project_kind != COORDINATION_KIND:
        return
    values = {"slug": told.slug, "name": told.name, "version": told.version}
    arrived = insert(Coordination).values(id=told.project_id, **values)
    await session.execute(
        arrived.on_conflict_do_update(
            index_elements=["id"], set_=values, where=Coordination.version < arrived.excluded.version
        )
    )
