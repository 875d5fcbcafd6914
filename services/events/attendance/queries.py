"""Every SELECT of attendance."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import people
from services.events.events import queries as event_queries
from services.events.events.access import may_mark_attendance
from services.events.events.models import Event
from services.events.events.schemas import ModeHeads, ParticipantsByMode
from services.events.registrations import queries as registrations
from services.events.registrations.models import Registration
from services.events.registrations.schemas import RegistrationQuery
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from .schemas import AttendanceQuery, AttendanceRead, HeadcountRead


async def event_for_marking(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """Return the event whose attendance the caller may mark. Raises NotFound."""
    event = await event_queries.get(session, principal, ref)
    if not may_mark_attendance(principal, event):
        raise NotFound
    return event


def listing(event: Event, query: AttendanceQuery) -> Listing[AttendanceRead]:
    """Return the persons of an event that match the query, each once, by name."""
    registered = registrations.listing(event, RegistrationQuery(**query.model_dump()))
    return Listing(
        name="attendance",
        select=registered.select.where(Registration.is_standing),
        read=AttendanceRead.model_validate,
        model=AttendanceRead,
        key=Registration.id,
        default_sort="name",
        sort_keys={"name": Registration.sort_key},
    )


def read_headcount(event: Event) -> HeadcountRead:
    """Return the heads, and the participants that they and the persons marked as attended are together."""
    by_mode = people.heads_by_mode(event)
    return HeadcountRead(
        heads=people.heads_of(event),
        by_mode=ModeHeads.model_validate(by_mode) if by_mode else None,
        qualifier=people.heads_qualifier(event),
        by_organisation_kind=event.heads_by_kind,
        attended_count=event.attended_count,
        participants=people.participants(event),
        participants_by_mode=ParticipantsByMode.model_validate(people.participants_by_mode(event)),
    )
