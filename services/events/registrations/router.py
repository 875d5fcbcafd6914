"""Routes of registrations."""

from typing import Annotated

from fastapi import Header, Query, Response

from services.events.events.errors import EventIsCancelled
from services.events.events.terms import EventRef
from services.kernel.audit.declarations import audited
from services.kernel.audit.terms import AuditAction
from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import PersonalLists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone, RegistrationsRead, RegistrationsWrite
from services.kernel.web import etags
from services.kernel.web.errors import Forbidden, NotFound, NotKnownYet
from services.kernel.web.etags import ReadVersion
from services.kernel.web.locations import located_at
from services.kernel.web.rate_limits import RateLimited
from services.kernel.web.routing import new_router

from . import corrections, link_requests, queries, service
from .admission_queue import Admission
from .answer_times import EvenAnswerTime
from .errors import (
    CancelDeadlinePassed,
    EventFull,
    NoAddress,
    NoLiveRegistration,
    RegistrationClosed,
    RegistrationNotOpen,
    RegistrationNotRequired,
    SamePersonRegistered,
)
from .recipient_limit import RecipientLimit
from .schemas import (
    ManageLinkAnswer,
    ManageLinkRequest,
    RegistrationAnswer,
    RegistrationCancel,
    RegistrationCreate,
    RegistrationPatch,
    RegistrationQuery,
    RegistrationRead,
    RegistrationSelf,
)
from .terms import RegistrationId

# The secret of a manage link. It comes in a header, so that no log of addresses has it.
ManageToken = Annotated[
    str, Header(alias="X-Manage-Token", min_length=1, max_length=200, description="From the link in the mail")
]

of_event = new_router("events", tag="registrations")
router = new_router("registrations", tag="registrations")


@of_event.post(
    "/{ref}/registrations",
    status_code=201,
    summary="Register for an event",
    responses=problems(
        Forbidden,
        NotFound,
        EventFull,
        RegistrationNotOpen,
        RegistrationClosed,
        RegistrationNotRequired,
        EventIsCancelled,
        NotKnownYet,
    ),
)
@located_at("read_registration", public="read_own_registration")
async def register(
    ref: EventRef,
    body: RegistrationCreate,
    principal: Anyone,
    limited: RateLimited,
    admission: Admission,
) -> RegistrationAnswer:
    """Take a seat, or a place on the waiting list while there is one. The person gets a manage link by mail.

    A person who has registered already gets the same answer as a new person, but no second seat; the mail states their
    registration. An address gets at most 30 mails an hour this way. The event's staff may add people outside the
    registration window, and beyond the capacity with a `force_reason`; their mails are not counted.
    """
    return await admission(ref, body)


@of_event.post(
    "/{ref}/registrations/manage-links",
    status_code=202,
    summary="Ask for the link to your registration",
    responses=problems(NotFound),
)
async def request_manage_links(
    ref: EventRef,
    body: ManageLinkRequest,
    principal: Anyone,
    limited: RateLimited,
    evened: EvenAnswerTime,
    recipient_limit: RecipientLimit,
    session: Transaction,
) -> ManageLinkAnswer:
    """Mail the manage links of the people who are registered with the address, also when the event is full or closed.

    The answer does not disclose whether there are any. An address gets at most 30 mails an hour this way.
    """
    return await link_requests.send_links(session, ref, body, recipient_limit=recipient_limit)


@of_event.get("/{ref}/registrations", summary="List the registrations of an event")
@audited(AuditAction.read, "registrations")
async def list_registrations(
    ref: EventRef,
    query: Annotated[RegistrationQuery, Query()],
    principal: RegistrationsRead,
    session: Reading,
    lists: PersonalLists,
) -> Page[RegistrationRead]:
    """Return the registrations in the order in which they were made, for the event's staff."""
    event = await queries.event_of_staff(session, principal, ref)
    return await lists.page(queries.listing(event, query), query)


@router.get("/self", summary="Read your own registration", responses=problems(NotFound))
async def read_own_registration(
    token: ManageToken, principal: Anyone, limited: RateLimited, session: Reading, response: Response
) -> RegistrationSelf:
    """Return the registration that the manage link belongs to. Reading changes nothing."""
    response.headers["Cache-Control"] = "no-store"
    return await queries.read_self(session, await queries.get_by_token(session, token))


@router.delete("/self", summary="Cancel your own registration", responses=problems(NotFound, CancelDeadlinePassed))
async def cancel_own_registration(
    token: ManageToken, principal: Anyone, limited: RateLimited, session: Transaction
) -> RegistrationSelf:
    """Give the seat back, or leave the waiting list. Cancelling again returns the same answer.

    The first person on the waiting list gets the seat at once. No If-Match is needed, because a registration is
    cancelled in one way only.
    """
    return await queries.read_self(session, await service.cancel_own(session, token))


@router.get("/{registration_id}", summary="Read a registration")
@audited(AuditAction.read, "registrations")
async def read_registration(
    registration_id: RegistrationId, principal: RegistrationsRead, session: Reading, response: Response
) -> RegistrationRead:
    """Return one registration, for the event's staff."""
    registration = await queries.get(session, principal, registration_id)
    etags.mark(response, registration.version)
    response.headers["Cache-Control"] = "no-store"
    return RegistrationRead.model_validate(registration)


@router.patch(
    "/{registration_id}", summary="Correct a registration", responses=problems(SamePersonRegistered, NotKnownYet)
)
@audited(AuditAction.change, "registrations")
async def change_registration(
    registration_id: RegistrationId,
    body: RegistrationPatch,
    read_version: ReadVersion,
    principal: RegistrationsWrite,
    session: Transaction,
    response: Response,
) -> RegistrationRead:
    """Correct a person's name, address, organisation, language or way of taking part (JSON merge patch).

    With a new address the earlier manage links end; a mail with a new one goes to the new address.
    """
    registration = await corrections.change_registration(
        session, principal, registration_id, body, read_version=read_version
    )
    etags.mark(response, registration.version)
    return RegistrationRead.model_validate(registration)


@router.post(
    "/{registration_id}/manage-link",
    status_code=202,
    summary="Send the manage link again",
    responses=problems(NoLiveRegistration, NoAddress),
)
@audited(AuditAction.change, "registrations")
async def send_manage_link(
    registration_id: RegistrationId, principal: RegistrationsWrite, session: Transaction, response: Response
) -> RegistrationRead:
    """Mail a new manage link to the person, once in ten minutes. Earlier links keep working."""
    registration = await link_requests.send_link_of(session, principal, registration_id)
    etags.mark(response, registration.version)
    return RegistrationRead.model_validate(registration)


@router.post("/{registration_id}/cancel", summary="Cancel a registration")
@audited(AuditAction.change, "registrations")
async def cancel_registration(
    registration_id: RegistrationId,
    principal: RegistrationsWrite,
    session: Transaction,
    response: Response,
    body: RegistrationCancel | None = None,
) -> RegistrationRead:
    """Cancel a person's registration; the first person on the waiting list gets the seat.

    The person gets a mail that says that the organiser has cancelled it, and the reason where one is given. Cancelling
    again returns the same answer.
    """
    registration = await service.cancel_by_staff(session, principal, registration_id, body)
    etags.mark(response, registration.version)
    return RegistrationRead.model_validate(registration)
