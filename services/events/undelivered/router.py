"""Routes of undelivered mails."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.events.events.terms import EventRef
from services.events.registrations.queries import event_of_staff
from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.exports import answer_list
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import RegistrationsRead, RegistrationsWrite
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import queries, service
from .schemas import MailQuery, MailRead, MailRetry, MailsRetried

router = new_router("events", tag="mails")


@router.get("/{ref}/mails", response_model=Page[MailRead], summary="List the mails of an event")
async def list_mails(
    ref: EventRef,
    query: Annotated[MailQuery, Query()],
    principal: RegistrationsRead,
    session: Reading,
    request: Request,
    response: Response,
) -> Page[MailRead] | Response:
    """What was written to the people of an event and what became of it, for its staff; no addresses, no contents.

    A `parked` mail was given up for the reason named.
    """
    event = await event_of_staff(session, principal, ref)
    response.headers["Cache-Control"] = "no-store"
    return await answer_list(request, response, session, queries.listing(event, query), query)


@router.post("/{ref}/mails/retry", summary="Send parked mails again", responses=problems(NotFound))
async def retry_mails(
    ref: EventRef, body: MailRetry, principal: RegistrationsWrite, session: Transaction
) -> MailsRetried:
    """Send up to 100 parked mails again, with a fresh link, to the person as registered now. Each has its own outcome.

    What was overtaken by newer news stays parked. An invitation to give feedback comes anew, with a new ticket.
    """
    return MailsRetried(items=await service.retry_mails(session, principal, ref, body))
