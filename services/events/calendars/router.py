"""Routes of feeds."""

from typing import Annotated

from fastapi import Query, Request

from services.events.events.json_ld import json_ld
from services.events.events.terms import EventRef
from services.kernel.data.db import Reading
from services.kernel.security.auth import Anyone
from services.kernel.text import Languages
from services.kernel.web.routing import new_router

from . import queries
from .answers import CalendarAnswer, JsonLdAnswer, answer_calendar, answer_json_ld
from .schemas import FeedQuery

router = new_router("", tag="feeds")


@router.get(
    "/calendar.ics",
    summary="Subscribe to a calendar",
    response_class=CalendarAnswer,
)
async def read_feed(
    query: Annotated[FeedQuery, Query()], principal: Anyone, session: Reading, request: Request, languages: Languages
) -> CalendarAnswer:
    """All published events to come and those of the last 90 days, for a calendar program to subscribe to."""
    events = await queries.upcoming_and_recent(session, query)
    return answer_calendar(
        events,
        languages=languages,
        public_url=request.app.state.runtime.settings.public_url,
        file_name="vipu",
        name=query.coordination or "Vipu",
    )


@router.get("/events/{ref}/calendar.ics", summary="Read an event as a calendar entry", response_class=CalendarAnswer)
async def read_event_calendar(
    ref: EventRef, principal: Anyone, session: Reading, request: Request, languages: Languages
) -> CalendarAnswer:
    """One published event for a calendar program; never with the join link."""
    event = await queries.published(session, ref)
    public_url = request.app.state.runtime.settings.public_url
    return answer_calendar([event], languages=languages, public_url=public_url, file_name=event.slug)


@router.get("/events/{ref}/event.jsonld", summary="Read an event for search engines", response_class=JsonLdAnswer)
async def read_event_json_ld(
    ref: EventRef, principal: Anyone, session: Reading, request: Request, languages: Languages
) -> JsonLdAnswer:
    """One published event as a schema.org Event; never with the join link."""
    event = await queries.published(session, ref)
    organiser = await queries.organiser(session, event)
    document, language = json_ld(
        event,
        organiser=organiser.name if organiser else None,
        takes_registrations=await queries.takes_registrations(session, event),
        languages=languages,
        public_url=request.app.state.runtime.settings.public_url,
    )
    return answer_json_ld(document, language=language)
