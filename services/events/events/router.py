"""Routes of events."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.events.event_changes import service as event_changes
from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone, EventsWrite
from services.kernel.text import Languages
from services.kernel.web import etags
from services.kernel.web.errors import NotFound, NotKnownYet, StateConflict
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router

from . import queries, service
from .errors import (
    EventHasAttendance,
    EventIsCancelled,
    EventIsOver,
    EventIsPublished,
    SlugTaken,
    WouldDisplace,
)
from .json_ld import JSON_LD_ANSWER, JsonLdResponse, json_ld_response
from .lists import listing
from .schemas import (
    EventCancel,
    EventChangeRead,
    EventCreate,
    EventDetail,
    EventPatch,
    EventQuery,
    EventRead,
    staff_headers,
)
from .terms import EventRef

router = new_router("events", tag="events")
feeds = new_router("events", tag="feeds")


@router.get("", summary="List events")
async def list_events(query: Annotated[EventQuery, Query()], principal: Anyone, lists: Lists) -> Page[EventRead]:
    """Return published events by their start. The staff of a coordination project also get its drafts."""
    return await lists.page(listing(query, principal), query)


@router.post("", status_code=201, summary="Create an event", responses=problems(SlugTaken, NotKnownYet))
async def create_event(
    body: EventCreate, principal: EventsWrite, session: Transaction, response: Response
) -> EventDetail:
    """Create an event as a draft. Only the staff of the coordination project see it until it is published."""
    event = await service.create_event(session, principal, body)
    etags.mark(response, event.version)
    return await queries.read(session, principal, str(event.id))


@router.get("/{ref}", summary="Read an event")
async def read_event(
    ref: EventRef, principal: Anyone, session: Reading, request: Request, response: Response
) -> EventDetail:
    """Return one event with its registration state by the database's clock.

    The answer to its staff is never cached, because its counters change without a new version.
    """
    detail = await queries.read(session, principal, ref)
    response.headers.update(staff_headers(detail))
    etags.mark_by_body(request, detail.version)
    return detail


@router.patch(
    "/{ref}",
    summary="Change an event",
    responses=problems(EventIsCancelled, EventHasAttendance, WouldDisplace, NotKnownYet),
)
async def change_event(
    ref: EventRef,
    body: EventPatch,
    read_version: ReadVersion,
    principal: EventsWrite,
    session: Transaction,
    request: Request,
    response: Response,
    languages: Languages,
) -> EventChangeRead:
    """Change the facts of an event (JSON merge patch).

    A higher capacity promotes people from the waiting list. A capacity that is lowered below the number of confirmed
    registrations is refused. Deadlines move with the start, unless the patch sets them; `warnings` lists those that
    have passed or come after the new start.

    Everyone who has registered gets a mail about a new time, place, mode or join link of a published event, which says
    what it was and what it is. Several changes within some minutes are one mail; a change that is taken back, a
    translation and a first join link are none.
    """
    news_after = request.app.state.runtime.settings.news_after
    event, warnings = await event_changes.change_event(
        session, principal, ref, body, read_version=read_version, news_after=news_after
    )
    etags.mark(response, event.version)
    return await queries.read_changed(session, principal, str(event.id), warnings=warnings, languages=languages)


@router.delete(
    "/{ref}",
    status_code=204,
    summary="Delete a draft",
    responses=problems(NotFound, EventIsPublished, EventHasAttendance),
)
async def delete_event(ref: EventRef, read_version: ReadVersion, principal: EventsWrite, session: Transaction) -> None:
    """Delete a draft that was entered by mistake. A published event is cancelled or archived instead."""
    await service.delete_draft(session, principal, ref, read_version=read_version)


@router.post(
    "/{ref}/publish", summary="Publish an event", responses=problems(NotFound, StateConflict, EventIsCancelled)
)
async def publish_event(ref: EventRef, principal: EventsWrite, session: Transaction, response: Response) -> EventDetail:
    """Make the event public. Registration opens at the time that the event states, or at once."""
    event = await service.publish_event(session, principal, ref)
    etags.mark(response, event.version)
    return await queries.read(session, principal, ref)


@router.post(
    "/{ref}/cancel",
    summary="Cancel an event",
    responses=problems(NotFound, EventIsCancelled, EventIsOver, EventHasAttendance),
)
async def cancel_event(
    ref: EventRef, body: EventCancel, principal: EventsWrite, session: Transaction, response: Response
) -> EventDetail:
    """Cancel the event for good, with every live registration, and send each registered person a mail.

    An event that is over, or to which people came, was held and cannot be cancelled.
    """
    event = await event_changes.cancel_event(session, principal, ref, body)
    etags.mark(response, event.version)
    return await queries.read(session, principal, str(event.id))


@router.post("/{ref}/archive", summary="Archive an event", responses=problems(NotFound, StateConflict))
async def archive_event(ref: EventRef, principal: EventsWrite, session: Transaction, response: Response) -> EventDetail:
    """Remove an event that has ended or was cancelled from the public lists. Its figures stay."""
    event = await service.archive_event(session, principal, ref)
    etags.mark(response, event.version)
    return await queries.read(session, principal, ref)


@feeds.get(
    "/{ref}/event.jsonld",
    summary="Read an event for search engines",
    response_class=JsonLdResponse,
    responses=JSON_LD_ANSWER,
)
async def read_event_json_ld(
    ref: EventRef, principal: Anyone, session: Reading, request: Request, languages: Languages
) -> JsonLdResponse:
    """Return one published event as a schema.org Event, without the join link."""
    event = await queries.get_published(session, ref)
    organiser = await queries.organiser_of(session, event)
    return json_ld_response(
        event,
        organiser=organiser.name if organiser else None,
        takes_registrations=await queries.takes_registrations(session, event),
        languages=languages,
        public_url=request.app.state.runtime.settings.public_url,
    )
