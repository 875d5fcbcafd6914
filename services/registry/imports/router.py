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
from services.registry.projects.errors import UnknownProject

from . import queries, service
from .errors import UnknownImportFormat, UnreadableImport
from .schemas import ImportQuery, ImportRead, ImportRowQuery, ImportRowRead
from .terms import ImportId
from .upload import BODY, UploadedFile

router = new_router("imports", tag="imports")


@router.get("", summary="List imports")
async def list_imports(
    query: Annotated[ImportQuery, Query()], principal: RegistryWrite, lists: Lists
) -> Page[ImportRead]:
    """The imports that the caller may see, the newest first."""
    return await lists.page(queries.listing(principal, query), query)


@router.post(
    "",
    status_code=202,
    summary="Upload a register's list of projects",
    responses=problems(UnknownImportFormat, UnreadableImport, UnknownProject),
    openapi_extra=BODY,
)
async def create_import(principal: RegistryWrite, file: UploadedFile, session: Transaction) -> ImportRead:
    """The new import of the uploaded list: text in any usual encoding or a workbook, as a form's `file` or as the body.

    A bare body may also be of the type `text/csv`, `text/plain` or that of XLSX. The dry run begins at once, and
    `Location` names the import. The register changes only when the import is applied.
    """
    return queries.read(await service.upload(session, principal, file))


@router.get("/{import_id}", summary="Read an import")
async def read_import(import_id: ImportId, principal: RegistryWrite, session: Reading) -> ImportRead:
    """The import with its state, verdicts, control sums and progress, and with what the file says of itself.

    `lines_total` is the number of lines of the file and the sum of all `counts`.
    """
    return queries.read(await queries.get(session, principal, import_id))


@router.get("/{import_id}/rows", summary="List an import's rows")
async def list_import_rows(
    import_id: ImportId,
    query: Annotated[ImportRowQuery, Query()],
    principal: RegistryWrite,
    session: Reading,
    lists: Lists,
) -> Page[ImportRowRead]:
    """Every line of the file with its verdict, differences and problems, in the order of the file.

    Lines that are no rows, such as the header, blank lines and sums, have the verdict `ignored`, a reason and a text.
    """
    import_ = await queries.get(session, principal, import_id)
    return await lists.page(queries.rows(ImportId(import_.id), query), query)


@router.post("/{import_id}/apply", status_code=202, summary="Apply an import", responses=problems(StateConflict))
async def apply_import(import_id: ImportId, principal: RegistryWrite, session: Transaction) -> ImportRead:
    """The import while it is applied, all rows in one transaction.

    A person's statement stays, and the row is listed as a conflict.
    """
    return queries.read(await service.begin_applying(session, principal, import_id))


@router.post("/{import_id}/undo", summary="Undo an import", responses=problems(StateConflict))
async def undo_import(import_id: ImportId, principal: RegistryWrite, session: Transaction) -> ImportRead:
    """The import after its statements were taken away. Those of persons stay; `kept` counts their projects.

    A project about which nothing is said any more is removed, unless a relation or a link names it.
    """
    return queries.read(await service.undo(session, principal, import_id))
