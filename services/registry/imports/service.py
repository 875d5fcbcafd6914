"""Use cases of imports."""

import asyncio
from hashlib import sha256

from sqlalchemy import func, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.background.jobs import enqueue
from services.kernel.clock import database_now, helsinki_day
from services.kernel.data.db import Database
from services.kernel.data.ids import new_id
from services.kernel.security.auth import Principal
from services.kernel.time_limits import OF_LONG_REQUESTS, set_time_limits
from services.kernel.web.errors import Invalid, StateConflict
from services.registry.nouns.rows import EnteredMeanwhile
from services.registry.projects import access as projects
from services.registry.search import service as search

from . import applying, queries, staging, stored_files, undoing
from .access import check_may_import, coordinations_of
from .errors import UnreadableImport
from .importers import FORMATS, importer_of
from .models import Import
from .reading.reader import open_list
from .terms import ImportId, ImportState
from .upload import Upload

ANALYSE = "imports.analyse"
APPLY = "imports.apply"

# One import at a time changes the register: two imports with the same new organisation would both enter it.
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('registry.imports', 0))")


async def upload(session: AsyncSession, principal: Principal, file: Upload) -> Import:
    """Store the file and enqueue its dry run.

    Raises: Forbidden, UnreadableImport, UnknownImportFormat, UnknownProject, Invalid (a list of a day to come).
    """
    check_may_import(principal)
    if file.options.list_on and file.options.list_on > helsinki_day(await database_now(session)):
        raise Invalid(Phrase("details.list-on-in-the-future"))
    name = (await asyncio.to_thread(open_list, file.content, list(FORMATS.values()))).format.name
    coordinated_by = None
    if file.options.coordinated_by is not None:
        importer = importer_of(name)
        coordinated_by = await importer.coordination(session, principal, file.options.coordinated_by)
    import_ = Import(
        id=new_id(),
        file_name=file.name,
        format=name,
        list_on=file.options.list_on,
        coordinated_by=coordinated_by,
        state=ImportState.uploaded,
        sha256=sha256(file.content).digest(),
        author=principal.subject,
        writes_all=projects.may_write_all(principal),
        coordinations=coordinations_of(principal),
    )
    session.add(import_)
    await session.flush()  # The import, for the file that refers to it.
    await stored_files.store(session, import_.id, file.content)
    await session.refresh(import_)
    await enqueue(session, ANALYSE, {"import_id": str(import_.id)})
    return import_


async def take_turns(session: AsyncSession) -> None:
    """Wait until no other import changes the register, and let others wait until the transaction ends."""
    await session.execute(_TAKE_TURNS)


async def begin_applying(session: AsyncSession, principal: Principal, import_id: ImportId) -> Import:
    """Enqueue the applying of an analysed import. Raises: NotFound, Forbidden, StateConflict."""
    import_ = await _in_state(session, principal, import_id, ImportState.analysed)
    import_.state, import_.failure = ImportState.applying, None
    import_.rows_done = 0
    await session.flush()
    await enqueue(session, APPLY, {"import_id": str(import_.id)})
    return import_


async def undo(session: AsyncSession, principal: Principal, import_id: ImportId) -> Import:
    """Take away what the import states. Raises: NotFound, Forbidden, StateConflict.

    DBAPIError (lock_timeout), while another import changes the register.
    """
    await take_turns(session)
    await set_time_limits(session, OF_LONG_REQUESTS)
    import_ = await _in_state(session, principal, import_id, ImportState.applied)
    await undoing.undo(session, import_, author=principal.subject)
    import_.state = ImportState.undone
    import_.undone_at = func.clock_timestamp()
    await session.flush()
    await session.refresh(import_)
    return import_


async def _in_state(session: AsyncSession, principal: Principal, import_id: ImportId, state: ImportState) -> Import:
    check_may_import(principal)
    import_ = await queries.get_for_change(session, principal, import_id)
    if import_.state != state:
        raise StateConflict(members={"state": import_.state})
    return import_


async def analyse(database: Database, import_id: ImportId) -> None:
    """Do the dry run once. An unreadable file fails the import, which then names the reason."""
    try:
        async with database.long_transaction() as session:
            import_ = await session.get(Import, import_id, with_for_update=True)
            if import_ is None or import_.state != ImportState.uploaded:
                return
            await staging.stage(session, database, import_, await stored_files.read(session, import_id))
            import_.state = ImportState.analysed
            import_.analysed_at = func.clock_timestamp()
    except UnreadableImport as error:
        await _fail(database, import_id, str(error))


async def _fail(database: Database, import_id: ImportId, failure: str) -> None:
    async with database.transaction() as session:
        import_ = await session.get_one(Import, import_id, with_for_update=True)
        import_.state, import_.failure = ImportState.failed, failure


async def apply(database: Database, import_id: ImportId) -> None:
    """Apply the import once, in one transaction. Nothing is applied where another request enters the same rows."""
    try:
        async with database.long_transaction() as session:
            await take_turns(session)
            import_ = await session.get(Import, import_id)
            if import_ is not None and import_.state == ImportState.applying:
                await applying.apply(session, database, import_)
        async with database.long_transaction() as session:
            await search.settle_index(session)
    except (IntegrityError, EnteredMeanwhile):
        await _put_back(database, import_id)


async def _put_back(database: Database, import_id: ImportId) -> None:
    async with database.long_transaction() as session:
        import_ = await session.get_one(Import, import_id, with_for_update=True)
        import_.state, import_.rows_done = ImportState.analysed, 0
        import_.failure = "another request entered the same rows: nothing was applied, apply it again"
