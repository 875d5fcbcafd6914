"""Routes of projects."""

from datetime import date
from typing import Annotated

from fastapi import Query, Response

from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone, RegistryWrite
from services.kernel.web import etags
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router
from services.registry.codes.errors import UnknownCode
from services.registry.statements.errors import KnownTooEarly

from . import queries, service
from .dependencies import Ref
from .errors import (
    IdentifierTaken,
    ReasonMissing,
    SlugTaken,
    UnknownOrganisation,
    UnknownProject,
)
from .lists import listing
from .schemas import (
    ProjectCreate,
    ProjectItem,
    ProjectPatch,
    ProjectQuery,
    ProjectRead,
)

router = new_router("projects", tag="projects")


@router.get("", summary="List projects")
async def list_projects(query: Annotated[ProjectQuery, Query()], principal: Anyone, lists: Lists) -> Page[ProjectItem]:
    """The projects that match, by name. `sort=-relevance` needs `q`.

    Ideas and applications are shown only to callers who may change them.
    """
    return await lists.page(await listing(lists.session, principal, query), query)


@router.post(
    "",
    status_code=201,
    summary="Enter a project",
    responses=problems(SlugTaken, IdentifierTaken, UnknownCode, UnknownOrganisation, UnknownProject, ReasonMissing),
)
async def create_project(
    body: ProjectCreate, principal: RegistryWrite, session: Transaction, response: Response
) -> ProjectRead:
    """The new project with its identifiers, dates, parties, funding, areas, topics and milestones."""
    project_id = await service.create_project(session, principal, body)
    project = await queries.read(session, principal, str(project_id))
    etags.mark(response, project.version, beside=queries.facts_of_others(project))
    return project


@router.get("/{ref}", summary="Read a project")
async def read_project(
    ref: Ref,
    principal: Anyone,
    session: Reading,
    response: Response,
    as_of: Annotated[date | None, Query(description="Read the project as it was known at the end of this day")] = None,
) -> ProjectRead:
    """The project as it is known now or was known at the end of a day. 404 where it was not known by then."""
    project = await queries.read(session, principal, ref, as_of=as_of)
    etags.mark(response, project.version, beside=queries.facts_of_others(project))
    return project


@router.patch(
    "/{ref}",
    summary="Change a project",
    responses=problems(KnownTooEarly, IdentifierTaken, UnknownCode, UnknownOrganisation, ReasonMissing),
)
async def change_project(
    ref: Ref,
    body: ProjectPatch,
    read_version: ReadVersion,
    principal: RegistryWrite,
    session: Transaction,
    response: Response,
) -> ProjectRead:
    """The changed project (JSON merge patch). A list in the body replaces the whole list."""
    project_id = await service.change_project(session, principal, ref, body, read_version=read_version)
    project = await queries.read(session, principal, str(project_id))
    etags.mark(response, project.version, beside=queries.facts_of_others(project))
    return project
