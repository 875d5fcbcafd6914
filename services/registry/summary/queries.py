"""Every SELECT of the summary."""

from uuid import UUID

from sqlalchemy import CTE, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.contracts.periods import Period
from services.registry.codes.models import CodeRow
from services.registry.projects import lists
from services.registry.projects.models import Project, ProjectArea, ProjectFunding
from services.registry.projects.terms import AreaMeaning
from services.registry.relations.models import ProjectRelation
from services.registry.relations.terms import RelationKind

from .schemas import CodeCount, FundingTotal, RegionCount


def coordinated(coordination_id: UUID, period: Period) -> CTE:
    """Return the ids of the projects that are in force in the period and coordinated on some day of it."""
    relation = exists().where(
        ProjectRelation.project_id == coordination_id,
        ProjectRelation.other_id == Project.id,
        ProjectRelation.kind == RelationKind.coordinates,
        ProjectRelation.withdrawn_at.is_(None),
        or_(ProjectRelation.starts_on.is_(None), ProjectRelation.starts_on <= period.last_on),
        or_(ProjectRelation.ends_on.is_(None), ProjectRelation.ends_on >= period.first_on),
    )
    return select(Project.id).where(relation, lists.in_force(period)).cte("coordinated")


async def count(session: AsyncSession, coordination_id: UUID, period: Period) -> int:
    """Count the projects that are coordinated in the period."""
    statement = select(func.count()).select_from(coordinated(coordination_id, period))
    return await session.scalar(statement) or 0


async def count_by(
    session: AsyncSession, column: InstrumentedAttribute[str], coordination_id: UUID, period: Period
) -> list[CodeCount]:
    """Count the coordinated projects by the codes of the column."""
    ids = coordinated(coordination_id, period)
    rows = await session.execute(
        select(column, func.count()).join(ids, ids.c.id == Project.id).group_by(column).order_by(column)
    )
    return [CodeCount(code=code, count=number) for code, number in rows]


async def count_by_region(session: AsyncSession, coordination_id: UUID, period: Period) -> list[RegionCount]:
    """Count the coordinated projects by the areas in which they act, each under the code that it has recorded."""
    ids = coordinated(coordination_id, period)
    place = (ProjectArea.scheme, ProjectArea.code, CodeRow.name)
    rows = await session.execute(
        select(*place, func.count(ProjectArea.project_id.distinct()))
        .join(ids, ids.c.id == ProjectArea.project_id)
        .join(CodeRow, and_(CodeRow.scheme == ProjectArea.scheme, CodeRow.code == ProjectArea.code))
        .where(ProjectArea.meaning == AreaMeaning.action)
        .group_by(*place)
        .order_by(ProjectArea.scheme, ProjectArea.code)
    )
    return [RegionCount(scheme=scheme, code=code, name=name, count=number) for scheme, code, name, number in rows]


async def funding(session: AsyncSession, coordination_id: UUID, period: Period) -> list[FundingTotal]:
    """Sum the newest amounts of the coordinated projects by kind, source and currency."""
    ids = coordinated(coordination_id, period)
    columns = (ProjectFunding.kind, ProjectFunding.source, ProjectFunding.currency)
    rows = await session.execute(
        select(*columns, func.sum(ProjectFunding.amount))
        .join(ids, ids.c.id == ProjectFunding.project_id)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [
        FundingTotal(kind=kind, source=source, currency=currency, amount=amount)
        for kind, source, currency, amount in rows
    ]
