"""Routes of the calendar."""

from typing import Annotated

from fastapi import Query, Response

from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone, EventsWrite
from services.kernel.web import etags
from services.kernel.web.errors import NotFound, StateConflict
from services.kernel.web.routing import new_router

from . import queries, service
from .errors import EventIsCancelled, SlugTaken
from .lists import listing
from .schemas import EventCreate, EventDetail, EventQuery, EventRead, staff_headers
from .terms import EventRef

router = new_router("events", tag="events")


@router.get("", summary="List events")
async def list_events(query: Annotated[EventQuery, Query()], principal: Anyone, lists: Lists) -> Page[EventRead]:
    """Published events by their start; the coordination's staff see its drafts too."""
    return await lists.page(listing(query, principal), query)


@router.post("", status_code=201, summary="Enter an event", responses=problems(SlugTaken))
async def create_event(
    body: EventCreate, principal: EventsWrite, session: Transaction, response: Response
) -> EventDetail:
    """Enter an event as a draft; nobody outside the coordination sees it until it is published."""
    event = await service.create_event(session, principal, body)
    etags.mark(response, event.version)
    return await queries.read(session, principal, str(event.id))


@router.get("/{ref}", summary="Read an event")
async def read_event(ref: EventRef, principal: Anyone, session: Reading, response: Response) -> EventDetail:
    """One event with its registration state by the database's clock.

    To its staff the answer is never cached: its counters move without a new version.
    """
    detail = await queries.read(session, principal, ref)
    response.headers.update(staff_headers(detail))
    return detail


@router.post(
    "/{ref}/publish", summary="Publish an event", responses=problems(NotFound, StateConflict, EventIsCancelled)
)
async def publish_event(ref: EventRef, principal: EventsWrite, session: Transaction, response: Response) -> EventDetail:
    """Let everybody see the event; registration opens with its window."""
    event = await service.publish_event(session, principal, ref)
    etags.mark(response, event.version)
    return await queries.read(session, principal, ref)


@router.post("/{ref}/archive", summary="Archive an event", responses=problems(NotFound, StateConflict))
async def archive_event(ref: EventRef, principal: EventsWrite, session: Transaction, response: Response) -> EventDetail:
    """Take an event that is over, or cancelled, from the public lists. Its figures stay."""
    event = await service.archive_event(session, principal, ref)
    etags.mark(response, event.version)
    return await queries.read(session, principal, ref)
