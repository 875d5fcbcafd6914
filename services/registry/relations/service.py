"""Use cases of relations. The package `projects` decides who may enter and withdraw them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.outbox import announce
from services.kernel.clock import database_now
from services.kernel.data.ids import new_id

from .errors import RelationStands
from .messages import ProjectsRelated, RelationWithdrawn
from .models import ProjectRelation
from .terms import RelationId, RelationKind


async def enter(
    session: AsyncSession,
    kind: RelationKind,
    *,
    project_id: UUID,
    other_id: UUID,
    starts_on: date | None,
    ends_on: date | None,
    known_at: datetime,
) -> RelationId:
    """Enter a relation from the project to the other one, and announce it. Raises RelationStands."""
    entered: UUID | None = await session.scalar(
        insert(ProjectRelation)
        .values(
            id=new_id(),
            project_id=project_id,
            other_id=other_id,
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            known_at=known_at,
        )
        .on_conflict_do_nothing()
        .returning(ProjectRelation.id)
    )
    if entered is None:
        raise RelationStands
    await announce(
        session, ProjectsRelated(relation_id=entered, relation_kind=kind, project_id=project_id, other_id=other_id)
    )
    return RelationId(entered)


async def withdraw(session: AsyncSession, relation: ProjectRelation) -> None:
    """Withdraw a relation and announce it. Earlier days still show it.

    Requires: the row is locked.
    """
    relation.version += 1
    relation.withdrawn_at = await database_now(session)
    await session.flush()  # Before the announcement, so that both are in one order.
    await announce(
        session,
        RelationWithdrawn(
            relation_id=relation.id,
            relation_kind=RelationKind(relation.kind),
            project_id=relation.project_id,
            other_id=relation.other_id,
        ),
    )
