"""Routes of organisations."""

from typing import Annotated

from fastapi import Query, Response

from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone, RegistryWrite
from services.kernel.web import etags
from services.kernel.web.etags import ReadVersion
from services.kernel.web.rate_limits import RateLimited
from services.kernel.web.routing import new_router
from services.registry.codes.errors import UnknownCode

from . import queries, service
from .errors import BusinessIdTaken
from .schemas import (
    OrganisationCreate,
    OrganisationNames,
    OrganisationPatch,
    OrganisationQuery,
    OrganisationRead,
    TypedNameQuery,
)
from .terms import OrganisationId

router = new_router("organisations", tag="organisations")


@router.get("", summary="List organisations")
async def list_organisations(
    query: Annotated[OrganisationQuery, Query()], principal: Anyone, lists: Lists
) -> Page[OrganisationRead]:
    """The organisations that match, by name. `format` gives all rows as a file."""
    return await lists.page(await queries.listing(lists.session, principal, query), query)


@router.post("", status_code=201, summary="Enter an organisation", responses=problems(BusinessIdTaken, UnknownCode))
async def create_organisation(
    body: OrganisationCreate, principal: RegistryWrite, session: Transaction, response: Response
) -> OrganisationRead:
    """The new organisation. 409 where another one has the same Y-tunnus."""
    organisation = await service.create_organisation(session, principal, body)
    etags.mark(response, organisation.version)
    return OrganisationRead.model_validate(organisation)


@router.get("/names", summary="Offer organisations by what is typed")
async def list_organisation_names(
    query: Annotated[TypedNameQuery, Query()], principal: Anyone, limited: RateLimited, session: Reading
) -> OrganisationNames:
    """The organisations of which each typed word begins a word of a name or an abbreviation, best first.

    Forms offer them as one types. Case and accents do not matter. Nothing is created by asking.
    """
    return OrganisationNames(items=await queries.typed(session, query))


@router.get("/{organisation_id}", summary="Read an organisation")
async def read_organisation(
    organisation_id: OrganisationId, principal: Anyone, session: Reading, response: Response
) -> OrganisationRead:
    """One organisation as it is now. In the place of one that was merged, the other answers, with `merged_into`."""
    organisation = OrganisationRead.model_validate(await queries.get(session, organisation_id))
    answer = organisation.answering(organisation_id)
    etags.mark(response, answer.version, beside=str(answer.merged_into or ""))
    return answer


@router.patch("/{organisation_id}", summary="Change an organisation", responses=problems(BusinessIdTaken, UnknownCode))
async def change_organisation(
    organisation_id: OrganisationId,
    body: OrganisationPatch,
    read_version: ReadVersion,
    principal: RegistryWrite,
    session: Transaction,
    response: Response,
) -> OrganisationRead:
    """The changed organisation (JSON merge patch)."""
    organisation = await service.change_organisation(
        session, principal, organisation_id, body, read_version=read_version
    )
    answer = OrganisationRead.model_validate(organisation).answering(organisation_id)
    etags.mark(response, answer.version, beside=str(answer.merged_into or ""))
    return answer
