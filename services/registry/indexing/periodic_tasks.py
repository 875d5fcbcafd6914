"""The periodic tasks of search."""

from datetime import timedelta
from typing import Final

import structlog

from services.kernel.runtime import PeriodicTask, Runtime
from services.registry.organisations import searching as organisations
from services.registry.projects import searching as projects
from services.registry.search import making
from services.registry.search import service as search
from services.registry.search.dictionary import IN_USE, is_made

log = structlog.get_logger()


async def make_dictionary(_: Runtime) -> None:
    """Make the dictionary where it is missing; until then words have stems alone."""
    if IN_USE.folder is None or is_made(IN_USE.folder):
        return
    if await making.make_beside(IN_USE.folder):
        log.info("search.dictionary.made", folder=str(IN_USE.folder))
    else:
        log.warning("search.dictionary.not_made", folder=str(IN_USE.folder))


async def renew_documents(runtime: Runtime) -> None:
    """Write the documents that are missing or of an older version, and remove those whose rows are gone.

    Organisations come first: the documents of projects take over their names.
    """
    for noun in (organisations, projects):
        written = 1
        while written:
            async with runtime.database.transaction() as session:
                written = await noun.renew(session)
        async with runtime.database.transaction() as session:
            await noun.forget_gone(session)


async def tidy_words(runtime: Runtime) -> None:
    """Remove the words that no document has any more."""
    async with runtime.database.long_transaction() as session:
        await search.tidy_words(session)


TASKS: Final = (
    PeriodicTask("make-search-dictionary", timedelta(minutes=10), make_dictionary),
    PeriodicTask("renew-search-documents", timedelta(minutes=1), renew_documents),
    PeriodicTask("tidy-search-words", timedelta(hours=6), tidy_words),
)
