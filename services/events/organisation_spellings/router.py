"""Routes of organisation spellings."""

from typing import Annotated

from fastapi import Query

from services.kernel.audit.declarations import audited
from services.kernel.audit.terms import AuditAction
from services.kernel.lists.dependency import PersonalLists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistrationsRead
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import queries
from .schemas import OrganisationSpellingQuery, OrganisationSpellingRead

router = new_router("organisation-spellings", tag="organisation-spellings")


@router.get("", summary="List the organisations that wait to be recognised", responses=problems(NotFound))
@audited(AuditAction.read, "organisation_spellings", id_members=())
async def list_organisation_spellings(
    query: Annotated[OrganisationSpellingQuery, Query()], principal: RegistrationsRead, lists: PersonalLists
) -> Page[OrganisationSpellingRead]:
    """Return what people wrote and no organisation matches, most frequent first, for the coordination's staff.

    A decision in the registry (`POST /v1/spellings`) joins all registrations of a spelling, past and future ones.
    """
    return await lists.page(queries.listing(principal, query), query)
