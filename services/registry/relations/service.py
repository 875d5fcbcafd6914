"""Use cases of relations. The package `projects` decides who may enter and withdraw them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

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


async def move(session: AsyncSession, from_id: UUID, to_id: UUID) -> list[UUID]:
    """Let the standing relations of one project be those of another. Returns the ids of those that moved.

    A relation stays where it would stand twice, or lead from the other project to itself.
    """
    moved: list[UUID] = []
    for near, far in (
        (ProjectRelation.project_id, ProjectRelation.other_id),
        (ProjectRelation.other_id, ProjectRelation.project_id),
    ):
        same = aliased(ProjectRelation)
        twice = exists().where(
            getattr(same, near.key) == to_id,
            getattr(same, far.key) == far,
            same.kind == ProjectRelation.kind,
            same.withdrawn_at.is_(None),
        )
        movable = (near == from_id, far != to_id, ProjectRelation.withdrawn_at.is_(None), ~twice)
        moved += await session.scalars(
            update(ProjectRelation)
            .where(*movable)
            .values({near: to_id, ProjectRelation.version: ProjectRelation.version + 1})
            .returning(ProjectRelation.id)
        )
    return moved


async def move_back(session: AsyncSession, from_id: UUID, to_id: UUID, relation_ids: Sequence[UUID]) -> None:
    """Let these relations be those of the other project again, as far as they still stand."""
    for near in (ProjectRelation.project_id, ProjectRelation.other_id):
        await session.execute(
            update(ProjectRelation)
            .where(ProjectRelation.id.in_(relation_ids), near == from_id, ProjectRelation.withdrawn_at.is_(None))
            .values({near: to_id, ProjectRelation.version: ProjectRelation.version + 1})
        )


async def coordinate_new(
    session: AsyncSession, project_id: UUID, other_ids: Sequence[UUID], *, known_at: datetime
) -> list[ProjectsRelated]:
    """Let the project coordinate the others. Returns what the caller announces after their creation.

    Requires: the others are new.
    """
    kind = RelationKind.coordinates
    rows = [
        {"id": new_id(), "project_id": project_id, "other_id": other_id, "kind": kind, "known_at": known_at}
        for other_id in other_ids
    ]
    if rows:
        await session.execute(insert(ProjectRelation), rows)
    return [
        ProjectsRelated(relation_id=row["id"], relation_kind=kind, project_id=project_id, other_id=row["other_id"])
        for row in rows
    ]


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
