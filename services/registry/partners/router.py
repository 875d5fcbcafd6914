"""Routes of partners."""

from typing import Annotated

from fastapi import Query, Response

from services.kernel.audit.declarations import audited
from services.kernel.audit.terms import AuditAction
from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import PartnersAdmin
from services.kernel.web import etags
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router

from . import queries, service
from .dependencies import TransactionWithoutIdempotency
from .errors import PartnerNameTaken, ScopesBeyondRoles
from .schemas import PartnerCreate, PartnerPatch, PartnerQuery, PartnerRead, PartnerWithSecret
from .terms import ClientId

router = new_router("partners", tag="partners")


@router.get("", summary="List machine clients")
@audited(AuditAction.read, "partners", id_members=("client_id",))
async def list_partners(
    query: Annotated[PartnerQuery, Query()], principal: PartnersAdmin, lists: Lists
) -> Page[PartnerRead]:
    """The machine clients that match, by name, without their secrets.

    An administrator of one place sees those whose grants all lie in it.
    """
    return await lists.page(queries.listing(principal, query), query)


@router.post(
    "", status_code=201, summary="Enter a machine client", responses=problems(PartnerNameTaken, ScopesBeyondRoles)
)
@audited(AuditAction.grant, "partners", id_members=("client_id",))
async def create_partner(
    body: PartnerCreate, principal: PartnersAdmin, session: TransactionWithoutIdempotency, response: Response
) -> PartnerWithSecret:
    """The new machine client with its secret, which no later answer shows. An Idempotency-Key has no effect.

    Each grant has one place or none. An administrator of one place gives grants in that place alone.
    """
    partner = await service.create_partner(session, principal, body)
    etags.mark(response, partner.version)
    return partner


@router.get("/{client_id}", summary="Read a machine client")
@audited(AuditAction.read, "partners", id_members=("client_id",))
async def read_partner(
    client_id: ClientId, principal: PartnersAdmin, session: Reading, response: Response
) -> PartnerRead:
    """One machine client, without its secret."""
    partner = await queries.get(session, principal, client_id)
    etags.mark(response, partner.version)
    return PartnerRead.model_validate(partner)


@router.patch(
    "/{client_id}", summary="Change a machine client", responses=problems(PartnerNameTaken, ScopesBeyondRoles)
)
@audited(AuditAction.grant, "partners", id_members=("client_id",))
async def change_partner(
    client_id: ClientId,
    body: PartnerPatch,
    read_version: ReadVersion,
    principal: PartnersAdmin,
    session: Transaction,
    response: Response,
) -> PartnerRead:
    """The changed machine client (JSON merge patch).

    With `active: false`, or with fewer scopes or grants, the tokens that the client has are refused within a minute.
    """
    partner = await service.change_partner(session, principal, client_id, body, read_version=read_version)
    etags.mark(response, partner.version)
    return PartnerRead.model_validate(partner)


@router.post("/{client_id}/secret", status_code=201, summary="Renew a machine client's secret")
@audited(AuditAction.grant, "partners", id_members=("client_id",))
async def renew_secret(
    client_id: ClientId, principal: PartnersAdmin, session: TransactionWithoutIdempotency, response: Response
) -> PartnerWithSecret:
    """The machine client with a new secret, which no later answer shows. An Idempotency-Key has no effect.

    The old secret is invalid at once, and the tokens that were got with it are refused within a minute.
    """
    partner = await service.renew_secret(session, principal, client_id)
    etags.mark(response, partner.version)
    return partner
