"""Use cases of search. Triggers keep its documents current; the one use case keeps its indexes fast."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_SETTLE: Final = tuple(
    text("SELECT gin_clean_pending_list(CAST(:index AS regclass))").bindparams(index=index)
    for index in ("ix_search_documents_words", "ix_search_documents_plain")
)


async def settle_index(session: AsyncSession) -> None:
    """Move the pending entries of thousands of new documents into the indexes.

    Until then every search reads the whole pending list. PostgreSQL itself would do this at its next vacuum.
    """
    for statement in _SETTLE:
        await session.execute(statement)
    # Without fresh statistics a search by similarity would read every document instead of the index.
    await session.execute(text("ANALYZE search_documents"))
