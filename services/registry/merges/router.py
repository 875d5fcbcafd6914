"""Routes of merges of organisations."""

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
from services.registry.organisations.terms import OrganisationId
from services.registry.projects.errors import UnknownOrganisation

from . import queries, service
from .schemas import MergeCreate, MergeQuery, MergeRead
from .terms import MergeId

router = new_router("organisations", tag="organisations")


@router.get("/{organisation_id}/merges", summary="List the organisations merged into one")
async def list_organisation_merges(
    organisation_id: OrganisationId,
    query: Annotated[MergeQuery, Query()],
    principal: RegistryRead,
    lists: Lists,
) -> Page[MergeRead]:
    """The organisations in whose place this one answers, in the order of the merges."""
    return await lists.page(await queries.listing(lists.session, organisation_id), query)


@router.post(
    "/{organisation_id}/merges",
    status_code=201,
    summary="Merge another organisation into one",
    responses=problems(UnknownOrganisation, StateConflict),
)
async def create_organisation_merge(
    organisation_id: OrganisationId,
    body: MergeCreate,
    principal: RegistryWrite,
    session: Transaction,
    response: Response,
) -> MergeRead:
    """The new merge. The other's id answers with this organisation from then on, with `merged_into`.

    So do the parties of projects, search, the spellings that meant the other one, and later imports. It needs the
    right to change every project.
    """
    merge = await service.merge(session, principal, organisation_id, body)
    etags.mark(response, merge.version, beside=merge.other.model_dump_json())
    return merge


@router.get("/{organisation_id}/merges/{merge_id}", summary="Read a merge")
async def read_organisation_merge(
    organisation_id: OrganisationId, merge_id: MergeId, principal: RegistryRead, session: Reading, response: Response
) -> MergeRead:
    """One merge into the organisation."""
    merge = await queries.read(session, organisation_id, merge_id)
    etags.mark(response, merge.version, beside=merge.other.model_dump_json())
    return merge


@router.delete("/{organisation_id}/merges/{merge_id}", status_code=204, summary="Take a merge back")
async def delete_organisation_merge(
    organisation_id: OrganisationId,
    merge_id: MergeId,
    read_version: ReadVersion,
    principal: RegistryWrite,
    session: Transaction,
) -> None:
    """Nothing. Both organisations answer for themselves again, each with its projects and spellings."""
    await service.remove(session, principal, organisation_id, merge_id, read_version=read_version)
