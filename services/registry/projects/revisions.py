"""Writing history: a revision and an announcement for every project that was entered or changed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, and_, any_, case, cast, func, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.kernel.background.outbox import announce_all

from .documents import facts
from .messages import ProjectChanged, ProjectCreated
from .models import Project, ProjectRevision
from .terms import ProjectKind, is_leading


async def revise(
    session: AsyncSession,
    project_ids: Collection[UUID],
    *,
    author: str,
    reason: str | None = None,
    batch_id: UUID | None = None,
    known_at: datetime | None = None,
) -> None:
    """Keep the projects as they stand in the tables now, each as the revision of its `version`.

    What changed since the revision before is found by comparing the two. `known_at` is the present where none is given.
    Requires: everything is flushed, and the version is one that has no revision yet.
    """
    now = select(Project.id, Project.version, facts().label("facts")).where(_among(project_ids)).cte("now")
    before = aliased(ProjectRevision)
    field = func.jsonb_each(now.c.facts).table_valued("key", "value", name="field")
    touched = select(
        func.coalesce(func.jsonb_agg(aggregate_order_by(field.c.key, field.c.key)), cast([], JSONB))
    ).where(cast(field.c.value, JSONB).is_distinct_from(before.facts.op("->")(field.c.key)))
    changed = case((before.version.is_(None), cast([], JSONB)), else_=touched.scalar_subquery())
    rows = select(
        now.c.id,
        now.c.version,
        literal(known_at) if known_at else func.clock_timestamp(),
        literal(author),
        cast(reason, Text),
        cast(batch_id, Uuid),
        changed,
        now.c.facts,
    ).select_from(now.outerjoin(before, and_(before.project_id == now.c.id, before.version == now.c.version - 1)))
    columns = ["project_id", "version", "known_at", "author", "reason", "batch_id", "changed", "facts"]
    await session.execute(insert(ProjectRevision).from_select(columns, rows))


async def announce_projects(
    session: AsyncSession, *, created: Collection[UUID] = (), changed: Collection[UUID] = ()
) -> None:
    """Announce the projects as they stand in the tables now."""
    rows = await session.execute(
        select(Project.id, Project.kind, Project.scope, Project.slug, Project.name, Project.version)
        .where(_among([*created, *changed]))
        .order_by(Project.id)
    )
    new = set(created)
    await announce_all(
        session,
        [
            (ProjectCreated if row.id in new else ProjectChanged)(
                project_id=row.id,
                project_kind=ProjectKind(row.kind),
                leads=is_leading(row.kind, row.scope),
                slug=row.slug,
                name=row.name,
                version=row.version,
            )
            for row in rows
        ],
    )


def _among(project_ids: Collection[UUID]) -> ColumnElement[bool]:
    # One array: thousands of single parameters would meet the protocol's limit.
    return Project.id == any_(cast(list(project_ids), ARRAY(Uuid)))
