"""Every SELECT of attendance."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events.access import may_mark_attendance
from services.events.events.models import Event
from services.events.events.queries import participants
from services.events.registrations import queries as registrations
from services.events.registrations.models import Registration
from services.events.registrations.schemas import RegistrationQuery
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from .schemas import AttendanceQuery, AttendanceRead, HeadcountRead, ModeCounts


async def event_for_marking(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """Return the event whose attendance the caller may mark. Raises NotFound."""
    event = await event_queries.get(session, principal, ref)
    if not may_mark_attendance(principal, event):
        raise NotFound
    return event


def listing(event: Event, query: AttendanceQuery) -> Listing[AttendanceRead]:
    """Return the people of an event that match the query, by name."""
    people = registrations.listing(event, RegistrationQuery(**query.model_dump()))
    return Listing(
        name="attendance",
        select=people.select,
        read=AttendanceRead.model_validate,
        model=AttendanceRead,
        key=Registration.id,
        default_sort="name",
        sort_keys={"name": Registration.sort_key},
    )


def read_headcount(event: Event) -> HeadcountRead:
    """Return the headcount and the number of people marked as attended."""
    return HeadcountRead(
        headcount=event.headcount,
        by_mode=ModeCounts.model_validate(event.headcount_by_mode) if event.headcount_by_mode else None,
        attended_count=event.attended_count,
        participants=participants(event),
    )
