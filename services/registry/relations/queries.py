"""Every SELECT of relations alone. The package `projects` decides who may see the projects at their ends."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.kernel.clock import end_of_helsinki_day

from .models import ProjectRelation
from .terms import RelationKind


def standing(as_of: date | None) -> ColumnElement[bool]:
    """Select the relations that hold, or that were known to hold at the end of the day."""
    if as_of is None:
        return ProjectRelation.withdrawn_at.is_(None)
    ends_at = end_of_helsinki_day(as_of)
    return and_(
        ProjectRelation.known_at < ends_at,
        or_(ProjectRelation.withdrawn_at.is_(None), ProjectRelation.withdrawn_at >= ends_at),
    )


def is_coordinated_by(project_id: SQLColumnExpression[UUID], coordinations: Collection[UUID]) -> ColumnElement[bool]:
    """Select the projects that one of the coordination projects coordinates now."""
    # An alias, because the statement around it may select from relations too.
    relation = aliased(ProjectRelation)
    return exists().where(
        relation.other_id == project_id,
        relation.kind == RelationKind.coordinates,
        relation.withdrawn_at.is_(None),
        relation.project_id.in_(coordinations),
    )


async def coordinated_ends(session: AsyncSession, relation_ids: Collection[UUID]) -> set[UUID]:
    """Return the projects that these relations say are coordinated."""
    coordinates = (ProjectRelation.id.in_(relation_ids), ProjectRelation.kind == RelationKind.coordinates)
    return set(await session.scalars(select(ProjectRelation.other_id).where(*coordinates)))


async def get_standing_for_change(session: AsyncSession, relation_id: UUID) -> ProjectRelation | None:
    """Return the relation, locked until the transaction ends; None where it was withdrawn."""
    return await session.scalar(
        select(ProjectRelation)
        .where(ProjectRelation.id == relation_id, ProjectRelation.withdrawn_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
