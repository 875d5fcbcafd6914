"""Use cases of search. Its documents are kept by triggers; what is left to do is to keep its indexes quick."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_SETTLE: Final = tuple(
    text("SELECT gin_clean_pending_list(CAST(:index AS regclass))").bindparams(index=index)
    for index in ("ix_search_documents_words", "ix_search_documents_plain")
)


async def settle_index(session: AsyncSession) -> None:
    """Sort the entries that thousands of new documents left pending into the indexes.

    Until then every question reads the pending list through; PostgreSQL itself would do this at its next vacuum.
    """
    for statement in _SETTLE:
        await session.execute(statement)
    # Without fresh statistics a question by likeness would be put to every document instead of to the index.
    await session.execute(text("ANALYZE search_documents"))
