"""Routes of spellings."""

from typing import Annotated

from fastapi import Query, Response

from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistryRead, RegistryWrite
from services.kernel.web import etags
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router
from services.registry.projects.errors import UnknownOrganisation, UnknownProject

from . import queries, service
from .errors import SpellingTaken
from .schemas import SpellingCreate, SpellingQuery, SpellingRead
from .terms import SpellingId

router = new_router("spellings", tag="organisations")


@router.get("", summary="List decided spellings")
async def list_spellings(
    query: Annotated[SpellingQuery, Query()], principal: RegistryRead, lists: Lists
) -> Page[SpellingRead]:
    """The spellings that are decided for everybody, and those of the caller's coordinations, for coordinators alone."""
    return await lists.page(queries.listing(principal, query), query)


@router.post(
    "",
    status_code=201,
    summary="Decide what organisation a spelling means",
    responses=problems(SpellingTaken, UnknownOrganisation, UnknownProject),
)
async def create_spelling(
    body: SpellingCreate, principal: RegistryWrite, session: Transaction, response: Response
) -> SpellingRead:
    """The decision. Rows of events that have the spelling are joined to the organisation, past ones too.

    A coordinator decides in the own coordination, an administrator also for everybody. The same decision again gets
    the same answer; 409 where the spelling means another organisation there, until that is taken back.
    """
    spelling = await service.decide(session, principal, body)
    etags.mark(response, spelling.version, beside=repr((spelling.organisation_id, spelling.organisation_name)))
    return spelling


@router.get("/{spelling_id}", summary="Read a decided spelling")
async def read_spelling(
    spelling_id: SpellingId, principal: RegistryRead, session: Reading, response: Response
) -> SpellingRead:
    """One decision as it is now."""
    spelling = await queries.read(session, principal, spelling_id)
    etags.mark(response, spelling.version, beside=repr((spelling.organisation_id, spelling.organisation_name)))
    return spelling


@router.delete("/{spelling_id}", status_code=204, summary="Take the decision about a spelling back")
async def delete_spelling(
    spelling_id: SpellingId, read_version: ReadVersion, principal: RegistryWrite, session: Transaction
) -> None:
    """Nothing. The rows that were joined by the spelling wait for a decision again."""
    await service.withdraw(session, principal, spelling_id, read_version=read_version)
