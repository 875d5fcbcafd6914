"""Routes of imports."""

from typing import Annotated

from fastapi import Query

from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistryWrite
from services.kernel.web.errors import StateConflict
from services.kernel.web.routing import new_router

from . import queries, service
from .errors import ChangedSinceImport, UnknownImportFormat, UnreadableImport
from .schemas import ImportQuery, ImportRead, ImportRowQuery, ImportRowRead
from .terms import ImportId
from .upload import BODY, UploadedFile

router = new_router("imports", tag="imports")


@router.get("", summary="List imports")
async def list_imports(
    query: Annotated[ImportQuery, Query()], principal: RegistryWrite, lists: Lists
) -> Page[ImportRead]:
    """The imports one may see, newest first."""
    return await lists.page(queries.listing(principal, query), query)


@router.post(
    "",
    status_code=202,
    summary="Upload a register's list of projects",
    responses=problems(UnknownImportFormat, UnreadableImport),
    openapi_extra=BODY,
)
async def create_import(principal: RegistryWrite, file: UploadedFile, session: Transaction) -> ImportRead:
    """Upload a list as it was downloaded: text in any usual encoding or a workbook, as a form's `file` or bare.

    Its dry run begins at once; nothing is changed before the import is applied. Follow `Location`.
    """
    return queries.read(await service.upload(session, principal, file.content, file_name=file.name))


@router.get("/{import_id}", summary="Read an import")
async def read_import(import_id: ImportId, principal: RegistryWrite, session: Reading) -> ImportRead:
    """How far the import is: its state, verdicts, control sums and progress."""
    return queries.read(await queries.get(session, principal, import_id))


@router.get("/{import_id}/rows", summary="List an import's rows")
async def list_import_rows(
    import_id: ImportId,
    query: Annotated[ImportRowQuery, Query()],
    principal: RegistryWrite,
    session: Reading,
    lists: Lists,
) -> Page[ImportRowRead]:
    """Each row with its verdict, its differences and what is wrong with it, in the order of the file."""
    found = await queries.get(session, principal, import_id)
    return await lists.page(queries.rows(ImportId(found.id), query), query)


@router.post("/{import_id}/apply", status_code=202, summary="Apply an import", responses=problems(StateConflict))
async def apply_import(import_id: ImportId, principal: RegistryWrite, session: Transaction) -> ImportRead:
    """Let the rows become projects, all in one transaction. What a person has set stays and is listed as a conflict."""
    return queries.read(await service.begin_applying(session, principal, import_id))


@router.post("/{import_id}/undo", summary="Undo an import", responses=problems(StateConflict, ChangedSinceImport))
async def undo_import(import_id: ImportId, principal: RegistryWrite, session: Transaction) -> ImportRead:
    """Remove what the import made and restore what it changed. Refused, with the rows, where they changed since."""
    return queries.read(await service.undo(session, principal, import_id))
