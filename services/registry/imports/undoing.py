"""Undoing: the statements of an import are taken away, and the other sources are shown. Those of persons stay."""

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.outbox import announce
from services.registry.spellings.queries import decided_organisations
from services.registry.statistics import refresh_statistics

from .batches import batch_of, has_many_rows
from .importers import importer_of
from .messages import ImportUndone
from .models import Import, ImportRow


async def undo(session: AsyncSession, import_: Import, *, author: str) -> None:
    """Take the statements of the import away, and announce what follows.

    Rows whose project stays because a person has spoken of it are marked.
    """
    importer = importer_of(import_.format)
    if has_many_rows(import_):
        await refresh_statistics(session, importer.TABLES)
    taken_back = await importer.take_back(session, batch_of(import_), author=author, named=decided_organisations())
    await session.execute(
        update(ImportRow)
        .where(ImportRow.import_id == import_.id, ImportRow.project_id.in_(taken_back.kept))
        .values(kept=True)
    )
    import_.kept = await session.scalar(
        select(func.count(ImportRow.project_id.distinct())).where(ImportRow.import_id == import_.id, ImportRow.kept)
    )
    await announce(session, ImportUndone(import_id=import_.id))
