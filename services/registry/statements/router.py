"""Routes of the statements about a project."""

from typing import Annotated

from fastapi import Query

from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistryRead, RegistryWrite
from services.kernel.web.errors import StateConflict
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router
from services.registry.projects import queries as projects
from services.registry.projects import service
from services.registry.projects.dependencies import Ref

from .listing import listing
from .schemas import StatementQuery, StatementRead
from .terms import StatementId

router = new_router("projects", tag="projects")


@router.get("/{ref}/statements", summary="List what the sources say about a project")
async def list_statements(
    ref: Ref, query: Annotated[StatementQuery, Query()], principal: RegistryRead, session: Reading, lists: Lists
) -> Page[StatementRead]:
    """The statements of lists about the identifiers of the project, and those of persons, beside each other.

    The newest comes first. The shown facts are derived from these.
    """
    held = await projects.identified(session, principal, ref)
    return await lists.page(listing(held.project_id, held.numbers, query), query)


@router.delete(
    "/{ref}/statements/{statement_id}",
    status_code=204,
    summary="Release a person's statement",
    responses=problems(StateConflict),
)
async def delete_statement(
    ref: Ref, statement_id: StatementId, read_version: ReadVersion, principal: RegistryWrite, session: Transaction
) -> None:
    """Nothing. The project shows what its other sources say about the field or line.

    If-Match takes the version of the statement, as in `"v1"`.
    """
    await service.release_statement(session, principal, ref, statement_id, read_version=read_version)
