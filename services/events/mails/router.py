"""Routes of mails."""

from typing import Annotated

from fastapi import Query

from services.events.events.terms import EventRef
from services.events.registrations.queries import event_of_staff
from services.events.undelivered import queries, service
from services.events.undelivered.schemas import MailQuery, MailRead, MailRetry, MailsRetried
from services.kernel.audit.declarations import audited
from services.kernel.audit.terms import AuditAction
from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import PersonalLists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistrationsRead, RegistrationsWrite
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

router = new_router("events", tag="mails")


@router.get("/{ref}/mails", summary="List the mails of an event")
@audited(AuditAction.read, "mails", id_members=("registration_id",))
async def list_mails(
    ref: EventRef,
    query: Annotated[MailQuery, Query()],
    principal: RegistrationsRead,
    session: Reading,
    lists: PersonalLists,
) -> Page[MailRead]:
    """Return the mails of an event with their states, for its staff. The list has no addresses and no contents.

    A `parked` mail is not tried again; `last_error` is the reason.
    """
    event = await event_of_staff(session, principal, ref)
    return await lists.page(queries.listing(event, query), query)


@router.post("/{ref}/mails/retry", summary="Send parked mails again", responses=problems(NotFound))
@audited(AuditAction.change, "mails", id_members=("mail_id",))
async def retry_mails(
    ref: EventRef, body: MailRetry, principal: RegistrationsWrite, session: Transaction
) -> MailsRetried:
    """Send up to 100 parked mails again, with a fresh link, to the name and address that the registration has now.

    Each mail has an outcome of its own. A mail that a newer one supersedes stays parked. A feedback invitation is
    written anew, with a new ticket.
    """
    return MailsRetried(items=await service.retry_mails(session, principal, ref, body))
