"""Every SELECT of the calendar."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, extract, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from services.events.coordinations import queries as coordinations
from services.events.coordinations.models import Coordination
from services.kernel.auth import Principal
from services.kernel.errors import Forbidden, NotFound
from services.kernel.measures import is_small
from services.kernel.pages import Listing
from services.kernel.periods import Period, parse_period

from .access import may_change, visible_to
from .models import Event
from .schemas import EventDetail, EventQuery, EventRead, Organiser
from .terms import EventId, EventStatus, PublicationStatus, RegistrationState, WaitingList, as_uuid

NOW: ColumnElement[datetime] = func.clock_timestamp()

# A seat is free, and nobody was here before.
HAS_SEAT = and_(Event.waiting_count == 0, or_(Event.capacity.is_(None), Event.confirmed_count < Event.capacity))
HAS_WAITING_PLACE = and_(
    Event.waiting_list == WaitingList.auto,
    or_(Event.waiting_capacity.is_(None), Event.waiting_count < Event.waiting_capacity),
)
OPENED = or_(Event.registration_opens_at.is_(None), Event.registration_opens_at <= NOW)
CLOSED = or_(
    Event.event_status == EventStatus.postponed,
    Event.publication_status == PublicationStatus.archived,
    func.coalesce(Event.registration_closes_at, Event.starts_at) <= NOW,
)
IS_DRAFT = Event.publication_status == PublicationStatus.draft
IS_CANCELLED = Event.event_status == EventStatus.cancelled

REGISTRATION_STATE: ColumnElement[str] = case(
    (IS_CANCELLED, RegistrationState.cancelled),
    (Event.registration_required.is_(False), RegistrationState.none_required),
    (IS_DRAFT, RegistrationState.not_open),
    (CLOSED, RegistrationState.closed),
    (~OPENED, RegistrationState.not_open),
    (HAS_SEAT, RegistrationState.open),
    (HAS_WAITING_PLACE, RegistrationState.open_waitlist),
    else_=RegistrationState.full,
)
_OPENS_IN_SECONDS = case(
    (
        and_(REGISTRATION_STATE.in_([RegistrationState.not_open]), Event.registration_opens_at > NOW),
        cast(func.ceil(extract("epoch", Event.registration_opens_at - NOW)), BigInteger),
    ),
    else_=None,
)
# What was announced, was not called off and is over. An archived event was published once.
HELD = and_(~IS_DRAFT, Event.event_status.not_in([EventStatus.cancelled, EventStatus.postponed]), Event.ends_at <= NOW)
# Who came: by name, or the headcount where no names were taken.
PARTICIPANTS = case((Event.attended_count > 0, Event.attended_count), else_=func.coalesce(Event.headcount, 0))

# What a list shows of an event. The rest, such as descriptions, would cost more to read than the list itself.
_LISTED = load_only(*(getattr(Event, name) for name in EventRead.model_fields if hasattr(Event, name)), raiseload=True)
_COUNTS = ("confirmed_count", "waiting_count", "cancelled_count", "attended_count", "headcount")


def named(ref: str) -> ColumnElement[bool]:
    """The event an address means, by its id or its slug."""
    event_id = as_uuid(ref)
    return Event.slug == ref if event_id is None else Event.id == event_id


def listing(wanted: EventQuery, principal: Principal) -> Listing[EventRead]:
    """The events that match and that the caller may see."""
    statement: Select[Any] = select(Event, REGISTRATION_STATE)  # type: ignore[assignment]  # The list's rows have two parts.
    return Listing(
        name="events",
        select=statement.options(_LISTED).where(visible_to(principal), *_matching(wanted), *_in_time(wanted)),
        read=lambda event, state: read_item(event, state=state, staff=may_change(principal, event.coordination_id)),
        model=EventRead,
        key=Event.id,
        default_sort="starts_at",
        sort_keys={"starts_at": Event.starts_at, "title": Event.sort_title},
    )


def _matching(wanted: EventQuery) -> Iterator[ColumnElement[bool]]:
    chosen = {
        Event.type: wanted.type,
        Event.scope: wanted.scope,
        Event.mode: wanted.mode,
        Event.event_status: wanted.status,
        Event.publication_status: wanted.publication_status,
    }
    yield from (column.in_(values) for column, values in chosen.items() if values)
    if wanted.coordination:
        yield _of_coordination(wanted.coordination)
    if wanted.theme:
        yield or_(false(), *(Event.themes.contains([theme]) for theme in wanted.theme))
    if wanted.area:
        yield or_(false(), *(_in_area(area) for area in wanted.area))
    if wanted.call:
        yield Event.call_ids.overlap(wanted.call)
    if wanted.call_linked is not None:
        yield (func.cardinality(Event.call_ids) > 0) == wanted.call_linked
    if wanted.q:
        titles = (Event.sort_title, *(Event.title[language].astext for language in ("fi", "sv", "en")))
        yield or_(*(title.icontains(wanted.q, autoescape=True) for title in titles))


def ends_in(period: Period) -> ColumnElement[bool]:
    """Events whose last Helsinki day is in the period. An event until midnight ends on the day before it."""
    return and_(Event.ends_at > period.starts_at, Event.ends_at <= period.ends_at)


def _in_time(wanted: EventQuery) -> Iterator[ColumnElement[bool]]:
    if wanted.held is not None:
        yield HELD if wanted.held else ~HELD
    if wanted.period:
        period = parse_period(wanted.period)
        yield ends_in(period)
    if wanted.starts_after:
        yield Event.starts_at >= wanted.starts_after
    if wanted.starts_before:
        yield Event.starts_at < wanted.starts_before


def _of_coordination(ref: str) -> ColumnElement[bool]:
    coordination_id = as_uuid(ref)
    if coordination_id is not None:
        return Event.coordination_id == coordination_id
    return Event.coordination_id.in_(coordinations.ids_of_slug(ref))


def _in_area(area: str) -> ColumnElement[bool]:
    scheme, _, code = area.partition(":")
    return Event.areas.contains([{"scheme": scheme, "code": code}])


async def read(session: AsyncSession, principal: Principal, ref: str) -> EventDetail:
    """One event as the caller may see it. Raises NotFound."""
    statement = select(Event, REGISTRATION_STATE, NOW, _OPENS_IN_SECONDS)
    row = (await session.execute(statement.where(named(ref), visible_to(principal)))).one_or_none()
    if row is None:
        raise NotFound
    event, state, now, opens_in = row
    return read_detail(
        event,
        state=state,
        staff=may_change(principal, event.coordination_id),
        organiser=await coordinations.find(session, event.coordination_id),
        now=now,
        opens_in_seconds=opens_in,
    )


async def get(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """The event as the caller may see it. Raises NotFound."""
    found = await session.scalar(select(Event).where(named(ref), visible_to(principal)))
    if found is None:
        raise NotFound
    return found


async def get_for_change(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """The event, locked until the transaction ends, for its staff. Raises: NotFound, Forbidden."""
    found = await get_locked(session, principal, ref)
    if not may_change(principal, found.coordination_id):
        raise Forbidden
    return found


async def get_locked(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """The event as the caller may see it, locked until the transaction ends. Raises NotFound.

    Who changes a registration holds its event's lock: seat, queue and counters move together.
    """
    statement = select(Event).where(named(ref), visible_to(principal))
    found = await session.scalar(statement.with_for_update(key_share=True).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def lock(session: AsyncSession, event_id: EventId) -> Event:
    """The event of a registration, locked until the transaction ends."""
    found = await session.get(Event, event_id, with_for_update={"key_share": True}, populate_existing=True)
    assert found is not None  # A registration's event is never deleted.
    return found


async def has_ended(session: AsyncSession, event: Event) -> bool:
    """Whether the event is over, by the database's clock."""
    return bool(await session.scalar(select(event.ends_at <= NOW)))


def seats_left(event: Event, *, staff: bool) -> int | None:
    """Seats a newcomer could get now; null is unlimited, and not told to strangers while one to four have a seat."""
    if event.capacity is None or (is_small(event.confirmed_count) and not staff):
        return None
    return 0 if event.waiting_count else max(0, event.capacity - event.confirmed_count)


def participants(event: Event) -> int:
    """Who came: by name, or the headcount where no names were taken."""
    return event.attended_count or event.headcount or 0


def _plain_facts(event: Event, *, state: str, staff: bool) -> dict[str, object]:
    facts = {name: getattr(event, name, None) for name in EventRead.model_fields}
    counts = {name: getattr(event, name) if staff else None for name in _COUNTS}
    return {
        **facts,
        **counts,
        "registration_state": state,
        "seats_left": seats_left(event, staff=staff),
        "participants": participants(event) if staff else None,
    }


def read_item(event: Event, *, state: str, staff: bool) -> EventRead:
    """An event in a list; counts for its staff only."""
    return EventRead.model_validate(_plain_facts(event, state=state, staff=staff))


def read_detail(
    event: Event,
    *,
    state: str,
    staff: bool,
    organiser: Coordination | None,
    now: datetime,
    opens_in_seconds: int | None,
) -> EventDetail:
    """An event as it is `now`; counts and join link for its staff only."""
    further = EventDetail.model_fields.keys() - EventRead.model_fields.keys()
    return EventDetail.model_validate(
        {
            **{name: getattr(event, name, None) for name in further},
            **_plain_facts(event, state=state, staff=staff),
            "organiser": Organiser.model_validate(organiser) if organiser else None,
            "join_url": event.join_url if staff else None,
            "headcount_by_mode": event.headcount_by_mode if staff else None,
            "server_time": now,
            "opens_in_seconds": opens_in_seconds,
        }
    )
