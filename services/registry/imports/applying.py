"""Applying: all of an import in one transaction, chunk by chunk. The nouns keep the history and announce."""

from collections.abc import Mapping, Sequence
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.outbox import announce
from services.kernel.data.db import Database
from services.kernel.data.rows import arrays, columns_of
from services.kernel.data.types import Result
from services.registry.statistics import GrowingTables, refresh_statistics

from . import staging
from .batches import NO_ROWS, batch_of, has_many_rows
from .importers import importer_of
from .messages import ImportApplied
from .models import Import, ImportRow
from .terms import CHUNK_ROWS, ImportId, ImportState

_ROWS: Final[Table] = cast("Table", ImportRow.__table__)


async def apply(session: AsyncSession, database: Database, import_: Import) -> None:
    """State the rows of the file, and announce it. Statements of persons stay.

    The rows are judged once more, so that changes since the dry run count. Progress is written in transactions of its
    own; only the commit of this one makes the changes valid. Raises EnteredMeanwhile.
    """
    importer, batch = importer_of(import_.format), batch_of(import_)
    growing = GrowingTables(importer.TABLES)
    if has_many_rows(import_):
        await refresh_statistics(session, importer.TABLES)
    # From here to the end no person can edit what the rows mean: an edit after the verdict would be lost.
    numbers = select(ImportRow.code).where(ImportRow.import_id == import_.id, ImportRow.verdict.not_in(NO_ROWS))
    await importer.hold(session, batch, numbers)
    await staging.judge(session, import_)
    await importer.enter_organisations(session, batch)
    rows = await importer.begin(session, batch)
    done = created = changed = 0
    async for chunk in staging.chunks(session, ImportId(import_.id), size=CHUNK_ROWS):
        stated = [row for row in chunk if row.verdict not in NO_ROWS and row.is_stated]
        applied = await rows.apply(session, [staging.as_list_row(row) for row in stated])
        await _claim(session, import_, [row for row in stated if row.project_id is None], applied.subjects)
        done, created, changed = done + len(chunk), created + applied.created, changed + applied.changed
        await _show_progress(database, import_, done)
        await growing.refresh(session, created)
    # Only now, because until the commit no other transaction can show progress on a changed row.
    await staging.count(session, import_)
    import_.state = ImportState.applied
    import_.rows_done = done
    import_.applied_at = func.clock_timestamp()
    await session.flush()  # Before the announcement, so that a failure leaves neither.
    await announce(session, ImportApplied(import_id=import_.id, created=created, changed=changed))


async def _claim(session: AsyncSession, import_: Import, rows: Sequence[Result], subjects: Mapping[int, UUID]) -> None:
    """Store what new rows have become."""
    if not rows:
        return
    given = arrays(_ROWS, ("line", "project_id"), prefix="new_")
    await session.execute(
        update(_ROWS)
        .where(_ROWS.c.import_id == import_.id, _ROWS.c.line == given.c.line)
        .values(project_id=given.c.project_id),
        columns_of([{"line": row.line, "project_id": subjects[row.line]} for row in rows], prefix="new_"),
    )


async def _show_progress(database: Database, import_: Import, done: int) -> None:
    async with database.transaction() as other_session:
        await other_session.execute(update(Import).where(Import.id == import_.id).values(rows_done=done))
