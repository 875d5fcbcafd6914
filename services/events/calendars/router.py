"""Routes of calendar feeds."""

from typing import Annotated

from fastapi import Query, Request

from services.events.events.queries import get_published
from services.events.events.terms import EventRef
from services.kernel.data.db import Reading
from services.kernel.security.auth import Anyone
from services.kernel.text import Languages
from services.kernel.web.routing import new_router

from . import queries
from .responses import CALENDAR_ANSWER, CalendarResponse, calendar_response
from .schemas import FeedQuery

router = new_router("", tag="feeds")


@router.get(
    "/calendar.ics", summary="Subscribe to a calendar", response_class=CalendarResponse, responses=CALENDAR_ANSWER
)
async def read_feed(
    query: Annotated[FeedQuery, Query()], principal: Anyone, session: Reading, request: Request, languages: Languages
) -> CalendarResponse:
    """Return the published events that have not ended or have ended in the last 90 days, for calendar programs."""
    events = await queries.upcoming_and_recent(session, query)
    return calendar_response(
        events,
        languages=languages,
        public_url=request.app.state.runtime.settings.public_url,
        file_name="vipu",
        name=query.coordination or "Vipu",
    )


@router.get(
    "/events/{ref}/calendar.ics",
    summary="Read an event as a calendar entry",
    response_class=CalendarResponse,
    responses=CALENDAR_ANSWER,
)
async def read_event_calendar(
    ref: EventRef, principal: Anyone, session: Reading, request: Request, languages: Languages
) -> CalendarResponse:
    """Return one published event for a calendar program, without the join link."""
    event = await get_published(session, ref)
    public_url = request.app.state.runtime.settings.public_url
    return calendar_response([event], languages=languages, public_url=public_url, file_name=event.slug)
