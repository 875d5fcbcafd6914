"""Use cases of imports."""

import asyncio
from hashlib import sha256

from sqlalchemy import func, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import Role
from services.kernel.background.jobs import enqueue
from services.kernel.data.db import Database
from services.kernel.data.ids import new_id
from services.kernel.security.auth import Principal
from services.kernel.web.errors import StateConflict
from services.registry.projects import access as projects
from services.registry.search import service as search

from . import applying, files, queries, staging, undoing
from .access import check_may_import
from .errors import UnreadableImport
from .models import Import, ImportFile
from .terms import ImportId, ImportState

ANALYSE = "imports.analyse"
APPLY = "imports.apply"

# One import at a time touches the register: two that enter the same organisation would each make it.
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('registry.imports', 0))")


async def upload(session: AsyncSession, principal: Principal, content: bytes, *, file_name: str | None) -> Import:
    """Keep the file and have it analysed. Raises: Forbidden, UnreadableImport, UnknownImportFormat."""
    check_may_import(principal)
    entered = Import(
        id=new_id(),
        file_name=file_name,
        format=await asyncio.to_thread(files.detect, content),
        state=ImportState.uploaded,
        sha256=sha256(content).digest(),
        author=principal.subject,
        writes_all=projects.may_write_all(principal),
        coordinations=sorted(str(one) for one in principal.coordinations(Role.coordinator)),
    )
    session.add(entered)
    await session.flush()  # The import, for the file that refers to it.
    session.add(ImportFile(import_id=entered.id, content=content))
    await session.flush()
    await session.refresh(entered)
    await enqueue(session, ANALYSE, {"import_id": str(entered.id)})
    return entered


async def begin_applying(session: AsyncSession, principal: Principal, import_id: ImportId) -> Import:
    """Have the analysed import applied. Raises: NotFound, Forbidden, StateConflict."""
    wanted = await _in_state(session, principal, import_id, ImportState.analysed)
    wanted.state, wanted.failure = ImportState.applying, None
    wanted.rows_done = 0
    await session.flush()
    await enqueue(session, APPLY, {"import_id": str(wanted.id)})
    return wanted


async def undo(session: AsyncSession, principal: Principal, import_id: ImportId) -> Import:
    """Make it as though the import had not been. Raises: NotFound, Forbidden, StateConflict, ChangedSinceImport."""
    await session.execute(_TAKE_TURNS)
    wanted = await _in_state(session, principal, import_id, ImportState.applied)
    await undoing.undo(session, wanted, author=principal.subject)
    wanted.state = ImportState.undone
    wanted.undone_at = func.clock_timestamp()
    await session.flush()
    await session.refresh(wanted)
    return wanted


async def _in_state(session: AsyncSession, principal: Principal, import_id: ImportId, state: ImportState) -> Import:
    check_may_import(principal)
    wanted = await queries.get_for_change(session, principal, import_id)
    if wanted.state != state:
        raise StateConflict(members={"state": wanted.state})
    return wanted


async def analyse(database: Database, import_id: ImportId) -> None:
    """Do the dry run, once; a file that breaks off fails the import and says why."""
    try:
        async with database.transaction() as session:
            wanted = await session.get(Import, import_id, with_for_update=True)
            if wanted is None or wanted.state != ImportState.uploaded:
                return
            file = await session.get_one(ImportFile, import_id)
            await staging.stage(session, wanted, file.content)
            wanted.state = ImportState.analysed
            wanted.analysed_at = func.clock_timestamp()
    except UnreadableImport as error:
        await _fail(database, import_id, str(error))


async def _fail(database: Database, import_id: ImportId, failure: str) -> None:
    async with database.transaction() as session:
        wanted = await session.get_one(Import, import_id, with_for_update=True)
        wanted.state, wanted.failure = ImportState.failed, failure


async def apply(database: Database, import_id: ImportId) -> None:
    """Apply the import in one transaction, once. Where somebody enters the same meanwhile, nothing is applied."""
    try:
        async with database.transaction() as session:
            await session.execute(_TAKE_TURNS)
            wanted = await session.get(Import, import_id)
            if wanted is not None and wanted.state == ImportState.applying:
                await applying.apply(session, database, wanted)
        async with database.transaction() as session:
            await search.settle_index(session)
    except IntegrityError:
        await _put_back(database, import_id)


async def _put_back(database: Database, import_id: ImportId) -> None:
    async with database.transaction() as session:
        wanted = await session.get_one(Import, import_id, with_for_update=True)
        wanted.state, wanted.rows_done = ImportState.analysed, 0
        wanted.failure = "somebody entered the same meanwhile: nothing was applied, apply it again"
