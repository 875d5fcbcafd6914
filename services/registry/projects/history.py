"""The history of projects: a revision and an announcement for each one that was entered or changed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.outbox import announce_all
from services.kernel.data.rows import among
from services.kernel.data.types import Result
from services.registry.revisions import service as revisions

from . import columns
from .documents import facts
from .messages import ProjectChanged, ProjectCreated, ProjectFact
from .models import Project
from .terms import is_leading


async def revise(
    session: AsyncSession,
    project_ids: Collection[UUID],
    *,
    author: str,
    reason: str | None = None,
    batch_id: UUID | None = None,
    known_at: datetime | None = None,
) -> None:
    """Store the projects as they are in the tables now, each as the revision of its `version`.

    A comparison with the revision before gives the changed fields. Without `known_at` the revision is known since now.
    Requires: all changes are flushed, and the version has no revision yet.
    """
    now = select(Project.id, Project.version, facts().label("facts")).where(among(Project.id, project_ids))
    await revisions.record(session, now, author=author, reason=reason, batch_id=batch_id, known_at=known_at)


async def announce_touched(
    session: AsyncSession, project_ids: Collection[UUID], *, author: str, reason: str | None = None
) -> None:
    """Store and announce the next version of projects of which something beside their facts has changed.

    These are their coordinators and the project with which they were linked.
    """
    if not project_ids:
        return
    await session.execute(
        update(Project)
        .where(among(Project.id, project_ids))
        .values(version=Project.version + 1)
        .execution_options(synchronize_session=False)
    )
    await revise(session, project_ids, author=author, reason=reason)
    await announce_projects(session, changed=project_ids)


async def announce_projects(
    session: AsyncSession, *, created: Collection[UUID] = (), changed: Collection[UUID] = ()
) -> None:
    """Announce the projects as they are in the tables now."""
    rows = await session.execute(
        select(
            Project.id,
            Project.kind,
            Project.scope,
            Project.state,
            Project.slug,
            Project.name,
            columns.areas().label("areas"),
            columns.implementer_id().label("implementer_id"),
            columns.coordination_ids(columns.EVERY_COORDINATION).label("coordination_ids"),
            Project.merged_into,
            Project.version,
        )
        .where(among(Project.id, [*created, *changed]))
        .order_by(Project.id)
    )
    new = set(created)
    await announce_all(
        session, [_announcement(ProjectCreated if row.id in new else ProjectChanged, row) for row in rows]
    )


def _announcement(kind: type[ProjectFact], row: Result) -> ProjectFact:
    own = {name: getattr(row, name, None) for name in kind.model_fields}
    leads = is_leading(row.kind, row.scope)
    return kind.model_validate({**own, "project_id": row.id, "project_kind": row.kind, "leads": leads})
