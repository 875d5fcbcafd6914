"""Every SELECT of events."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from services.contracts.disclosure import is_small
from services.contracts.measures import MeasureState
from services.contracts.words import language_of
from services.events.coordinations import queries as coordinations
from services.events.coordinations.models import Coordination
from services.kernel.audit.notes import note_object
from services.kernel.clock import helsinki_day, helsinki_last_day
from services.kernel.data.types import Expression, Statement, Subselect
from services.kernel.security.auth import ANONYMOUS, Principal
from services.kernel.web.errors import Forbidden, InvalidField, NotFound

from .access import coordinations_read, may_change, may_read_figures, visible_to
from .deadlines import closes_at, instants_of, promotes_until
from .disclosure import is_hidden
from .facts import HAS_ENDED, HELD, IS_COUNTED, NOW, OPENS_IN_SECONDS, REGISTRATION_STATE, is_postponed
from .models import Event, PastFacts
from .people import heads_by_mode, heads_of, participants, participants_by_mode, participants_qualifier
from .schemas import EventChangeRead, EventDetail, EventRead, Organiser
from .terms import OVER_STATES, EventId, EventStatus, as_uuid

COUNTS = ("confirmed_count", "waiting_count", "cancelled_count", "attended_count")


def named(ref: str) -> ColumnElement[bool]:
    """Return the event with this id or slug."""
    event_id = as_uuid(ref)
    return Event.slug == ref if event_id is None else Event.id == event_id


async def read(session: AsyncSession, principal: Principal, ref: str) -> EventDetail:
    """Return one event as the caller may see it. Raises NotFound."""
    statement: Statement = select(Event, NOW, OPENS_IN_SECONDS, *view_columns(principal))
    row = (await session.execute(statement.where(named(ref), visible_to(principal)))).one_or_none()
    if row is None:
        raise NotFound
    event, now, opens_in, *facts = row
    organiser = await organiser_of(session, event)
    return _read_detail(event, EventView(principal, *facts), organiser=organiser, now=now, opens_in_seconds=opens_in)


async def read_changed(
    session: AsyncSession,
    principal: Principal,
    ref: str,
    *,
    warnings: Sequence[InvalidField],
    languages: Sequence[str],
) -> EventChangeRead:
    """Return one event as the caller may see it after a change, with warnings in their language. Raises NotFound."""
    detail, language = await read(session, principal, ref), language_of(languages)
    return EventChangeRead(**detail.model_dump(), warnings=[warning.in_language(language) for warning in warnings])


async def get(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """Return the event as the caller may see it. Raises NotFound."""
    event = await session.scalar(select(Event).where(named(ref), visible_to(principal)))
    if event is None:
        raise NotFound
    note_object(event.id, coordination_id=event.coordination_id)
    return event


async def get_published(session: AsyncSession, ref: str) -> Event:
    """Return one published event, whether or not the caller may see drafts. Raises NotFound."""
    return await get(session, ANONYMOUS, ref)


async def get_for_change(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """Return the event, locked until the transaction ends, for its staff. Raises: NotFound, Forbidden."""
    event = await get_locked(session, principal, ref)
    if not may_change(principal, event.coordination_id):
        raise Forbidden
    return event


async def get_locked(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """Return the event as the caller may see it, locked until the transaction ends. Raises NotFound.

    A transaction that changes a registration holds this lock, because seat, waiting list and counters change together.
    """
    statement = select(Event).where(named(ref), visible_to(principal))
    event = await session.scalar(statement.with_for_update(key_share=True).execution_options(populate_existing=True))
    if event is None:
        raise NotFound
    note_object(event.id, coordination_id=event.coordination_id)
    return event


async def lock(session: AsyncSession, event_id: EventId) -> Event:
    """Return the event of a registration, locked until the transaction ends."""
    event = await session.get(Event, event_id, with_for_update={"key_share": True}, populate_existing=True)
    assert event is not None  # Only drafts are deleted, and they take no registrations.
    return event


async def organiser_of(session: AsyncSession, event: Event) -> Coordination | None:
    """Return the coordination project that organises the event, if the registry has announced it."""
    return await coordinations.find(session, event.coordination_id)


async def takes_registrations(session: AsyncSession, event: Event) -> bool:
    """Return whether people can register to the event, now or later."""
    return await session.scalar(select(REGISTRATION_STATE).where(Event.id == event.id)) not in OVER_STATES


async def has_ended(session: AsyncSession, event: Event) -> bool:
    """Return whether the event has ended, by the database's clock. A postponed event has not."""
    return not is_postponed(event) and bool(await session.scalar(select(event.ends_at <= NOW)))


async def was_postponed_late(session: AsyncSession, event: Event) -> bool:
    """Return whether the event is postponed and had ended before it was."""
    if not is_postponed(event):
        return False
    ended_at = cast(PastFacts.facts["ends_at"].astext, DateTime(timezone=True))
    with_date = PastFacts.facts["event_status"].astext != EventStatus.postponed
    last = select(ended_at <= PastFacts.replaced_at).where(PastFacts.event_id == event.id, with_date)
    return bool(await session.scalar(last.order_by(PastFacts.revision.desc()).limit(1)))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an event has come, by the database's clock, before it is changed."""

    now: datetime
    has_ended: bool
    has_attendance: bool


async def standing(session: AsyncSession, event: Event) -> Standing:
    """Return how far the event has come. Requires: its lock, so that no person is marked as attended meanwhile."""
    row = await session.execute(select(NOW, HAS_ENDED, IS_COUNTED).where(Event.id == event.id))
    return Standing(*row.one())


async def may_promote(session: AsyncSession, event: Event) -> bool:
    """Return whether waiting persons are given seats that become free: until the event starts, or earlier."""
    return bool(await session.scalar(select(promotes_until(event) > NOW)))


def facts_in_mails(event: Event) -> dict[str, object]:
    """Return the facts that mails about a change name, as JSON."""
    return {
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "time_zone": event.time_zone,
        "event_status": event.event_status,
        "mode": event.mode,
        "venue": event.venue,
        "address": event.address,
        "join_url": event.join_url,
    }


async def past_facts(session: AsyncSession, event_id: UUID, revisions: Collection[int]) -> dict[int, dict[str, object]]:
    """Return the facts of the event that mails name, as they were at these revisions, by revision."""
    statement = select(PastFacts).where(PastFacts.event_id == event_id, PastFacts.revision.in_(revisions))
    return {past.revision: past.facts for past in await session.scalars(statement)}


def last_past_link(event_id: UUID | InstrumentedAttribute[UUID]) -> Subselect:
    """Return the SQL expression of the last join link that the event had before its present facts."""
    past = aliased(PastFacts)
    link = past.facts["join_url"].astext
    return (
        select(link)
        .where(past.event_id == event_id, link.is_not(None))
        .order_by(past.revision.desc())
        .limit(1)
        .scalar_subquery()
    )


async def replaced_at(session: AsyncSession, event_id: UUID) -> dict[int, datetime]:
    """Return the instant until which each past revision of the event's facts was valid."""
    rows = await session.execute(
        select(PastFacts.revision, PastFacts.replaced_at).where(PastFacts.event_id == event_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class EventView:
    """The caller who reads an event, and the facts that the database computes for them."""

    principal: Principal
    registration_state: str
    held: bool
    hidden: bool


def view_columns(principal: Principal) -> tuple[Expression, ...]:
    """Return the columns of `EventView`."""
    return REGISTRATION_STATE, HELD, is_hidden(coordinations_read(principal))


def seats_left(event: Event, *, over: bool, staff: bool) -> int | None:
    """Return the seats for new persons; None where they are unlimited or not disclosed.

    Only staff get them while one to four persons have a seat, and once registration is over: together with the number
    of attendees they would disclose the number of people who stayed away.
    """
    if event.capacity is None or (not staff and (over or is_small(event.confirmed_count))):
        return None
    return 0 if event.waiting_count else max(0, event.capacity - event.confirmed_count)


def _people(event: Event, view: EventView, *, staff: bool) -> tuple[int | None, MeasureState]:
    """Return the number of people who came, or None, with its state."""
    if not view.held and not (staff and participants(event)):
        return None, MeasureState.no_data if event.event_status == EventStatus.cancelled else MeasureState.not_due
    if view.hidden or not may_read_figures(view.principal, event.coordination_id):
        return None, MeasureState.hidden
    if heads_of(event) is None and not event.attended_count:
        return None, MeasureState.no_data
    came = participants(event)
    return came, MeasureState.value if came else MeasureState.zero


def plain_facts(event: Event, view: EventView) -> dict[str, object]:
    """Return the fields of an event in a list."""
    staff = may_change(view.principal, event.coordination_id)
    came, came_state = _people(event, view, staff=staff)
    facts = {name: getattr(event, name, None) for name in EventRead.model_fields}
    counts = {name: getattr(event, name) if staff else None for name in COUNTS}
    return {
        **facts,
        **counts,
        "first_on": helsinki_day(event.starts_at),
        "last_on": helsinki_last_day(event.ends_at),
        "registration_closes_at": closes_at(event),
        "registration_state": view.registration_state,
        "seats_left": seats_left(event, over=view.registration_state in OVER_STATES, staff=staff),
        "heads": heads_of(event) if staff else None,
        "participants": came,
        "participants_qualifier": participants_qualifier(event) if came else None,
        "participants_state": came_state,
    }


def _read_detail(
    event: Event, view: EventView, *, organiser: Coordination | None, now: datetime, opens_in_seconds: int | None
) -> EventDetail:
    """Return the event as it is `now`, with counts and join link for its staff only."""
    staff = may_change(view.principal, event.coordination_id)
    further = EventDetail.model_fields.keys() - EventRead.model_fields.keys()
    return EventDetail.model_validate(
        {
            **{name: getattr(event, name, None) for name in further},
            **plain_facts(event, view),
            "organiser": Organiser.model_validate(organiser) if organiser else None,
            "cancel_until_at": instants_of(event).cancel_until_at,
            "join_url": event.join_url if staff else None,
            "heads_by_mode": heads_by_mode(event) if staff else None,
            "heads_by_organisation_kind": event.heads_by_kind if staff else None,
            "participants_by_mode": participants_by_mode(event) if staff else None,
            "server_time": now,
            "opens_in_seconds": opens_in_seconds,
        }
    )
