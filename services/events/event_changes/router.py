"""Routes of changes: commands on an event that its registrations feel."""

from fastapi import Response

from services.events.events import queries
from services.events.events.errors import EventIsCancelled, WouldDisplace
from services.events.events.schemas import EventCancel, EventDetail, EventPatch
from services.events.events.terms import EventRef
from services.kernel.data.db import Transaction
from services.kernel.openapi.document import problems
from services.kernel.security.auth import EventsWrite
from services.kernel.web import etags
from services.kernel.web.errors import NotFound
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router

from . import service

router = new_router("events", tag="events")


@router.patch("/{ref}", summary="Change an event", responses=problems(EventIsCancelled, WouldDisplace))
async def change_event(
    ref: EventRef,
    body: EventPatch,
    read_version: ReadVersion,
    principal: EventsWrite,
    session: Transaction,
    response: Response,
) -> EventDetail:
    """Change an event's facts (JSON merge patch). More seats promote those who wait; fewer displace nobody.

    A new time, place or status of a published event is told to everybody who signed up; a typo is not.
    """
    event = await service.change_event(session, principal, ref, body, read_version=read_version)
    etags.mark(response, event.version)
    return await queries.read(session, principal, str(event.id))


@router.post("/{ref}/cancel", summary="Cancel an event", responses=problems(NotFound, EventIsCancelled))
async def cancel_event(
    ref: EventRef, body: EventCancel, principal: EventsWrite, session: Transaction, response: Response
) -> EventDetail:
    """Call an event off for good: every live registration is cancelled and its person told."""
    event = await service.cancel_event(session, principal, ref, body)
    etags.mark(response, event.version)
    return await queries.read(session, principal, str(event.id))
