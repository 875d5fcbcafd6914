"""Use cases of revisions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, and_, case, cast, func, insert, literal, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from .models import ProjectRevision


async def record(
    session: AsyncSession,
    present: Select[UUID, int, Any],
    *,
    author: str,
    reason: str | None,
    batch_id: UUID | None,
    known_at: datetime | None,
) -> None:
    """Store each row of `present` (id, version, `facts` as JSON) as the revision of its version.

    A comparison with the revision before gives the changed fields. Without `known_at` the revision is known since now.
    Requires: all changes are flushed, and no revision of that version exists.
    """
    now = present.cte("now")
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
