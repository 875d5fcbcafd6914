"""Routes of links between projects."""

from typing import Annotated

from fastapi import Query, Response

from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistryRead, RegistryWrite
from services.kernel.web import etags
from services.kernel.web.errors import StateConflict
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router
from services.registry.projects import queries as projects
from services.registry.projects.dependencies import Ref
from services.registry.projects.errors import UnknownProject

from . import queries, service
from .schemas import LinkCreate, LinkQuery, LinkRead
from .terms import LinkId

router = new_router("projects", tag="projects")


@router.get("/{ref}/links", summary="List a project's links")
async def list_project_links(
    ref: Ref, query: Annotated[LinkQuery, Query()], principal: RegistryRead, session: Reading, lists: Lists
) -> Page[LinkRead]:
    """The projects that were linked with this one, in the order of the links."""
    return await lists.page(queries.listing(await projects.find_id(session, principal, ref)), query)


@router.post(
    "/{ref}/links",
    status_code=201,
    summary="Link another project with this one",
    responses=problems(UnknownProject, StateConflict),
)
async def create_project_link(
    ref: Ref, body: LinkCreate, principal: RegistryWrite, session: Transaction, response: Response
) -> LinkRead:
    """The new link. This project has the identifiers of the other one, with all that lists say about them.

    The other's id and slug answer with this project from then on. It needs the right to change both.
    """
    link = await service.link(session, principal, ref, body)
    etags.mark(response, link.version, beside=link.other.model_dump_json())
    return link


@router.get("/{ref}/links/{link_id}", summary="Read a link")
async def read_project_link(
    ref: Ref, link_id: LinkId, principal: RegistryRead, session: Reading, response: Response
) -> LinkRead:
    """One link of the project."""
    link = await queries.read(session, await projects.find_id(session, principal, ref), link_id)
    etags.mark(response, link.version, beside=link.other.model_dump_json())
    return link


@router.delete("/{ref}/links/{link_id}", status_code=204, summary="Remove a link")
async def delete_project_link(
    ref: Ref, link_id: LinkId, read_version: ReadVersion, principal: RegistryWrite, session: Transaction
) -> None:
    """Nothing. Both projects are there again, each with its own identifiers and its own history."""
    await service.remove(session, principal, ref, link_id, read_version=read_version)
