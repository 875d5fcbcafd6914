"""Seats: the counters on the event row, each moved by one statement or under the row's lock."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from sqlalchemy import CTE, ColumnElement, Integer, Select, and_, bindparam, cast, false, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.security.auth import ANONYMOUS, Principal

from .access import visible_to
from .facts import (
    CLOSED,
    HAS_SEAT,
    HAS_WAITING_PLACE,
    IS_CANCELLED,
    IS_DRAFT,
    NOW,
    OPENED,
    REGISTRATION_STATE,
)
from .models import Event
from .queries import named
from .terms import EventId, RegistrationState, WaitingList, as_uuid


class Admission(StrEnum):
    """What a seat is judged by: window and capacity, capacity alone, or nothing."""

    in_window = "in_window"
    any_time = "any_time"
    forced = "forced"


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat, or where `queue_position` is set a place in the queue, `queue_place`th from its head."""

    queue_position: int | None = None
    queue_place: int | None = None


@dataclass(frozen=True, slots=True)
class Taking:
    """The outcome: the event as it stood, its registration state, and what was taken, None where nothing was."""

    event: Event
    state: RegistrationState
    has_ended: bool
    seat: Seat | None


async def take_seat(session: AsyncSession, principal: Principal, ref: str, admission: Admission) -> Taking | None:
    """Take a seat, or a place at the tail of the queue, in one conditional UPDATE; None where no such event is.

    The row lock makes callers take turns and PostgreSQL judges each by the counters the one before left: two
    callers cannot share a seat. Window and counters are judged in the same statement, by the database's clock.
    """
    taken = _take_one(principal, ref, admission)
    statement = (
        select(Event, REGISTRATION_STATE, Event.ends_at <= NOW, taken)
        .outerjoin(taken, true())
        .where(named(ref), visible_to(principal))
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    event, state, has_ended, waits, queue_position, queue_place = row
    seat = None if waits is None else Seat(queue_position, queue_place) if waits else Seat()
    return Taking(event, RegistrationState(state), has_ended, seat)


def _take_one(principal: Principal, ref: str, admission: Admission) -> CTE:
    seated = true() if admission is Admission.forced else HAS_SEAT
    waits = cast(~seated, Integer)
    return (
        update(Event)
        .where(named(ref), visible_to(principal), ~IS_CANCELLED, ~IS_DRAFT, _admitted(admission))
        .values(
            confirmed_count=Event.confirmed_count + cast(seated, Integer),
            waiting_count=Event.waiting_count + waits,
            queue_tail=Event.queue_tail + waits,
        )
        .returning(
            # Who was seated without force found nobody waiting, and left nobody waiting.
            (Event.waiting_count > 0 if admission is not Admission.forced else false()).label("waits"),
            Event.queue_tail.label("queue_position"),
            Event.waiting_count.label("queue_place"),
        )
        .cte("taken")
    )


def _admitted(admission: Admission) -> ColumnElement[bool]:
    match admission:
        case Admission.in_window:
            return and_(Event.registration_required, OPENED, ~CLOSED, or_(HAS_SEAT, HAS_WAITING_PLACE))
        case Admission.any_time:
            return or_(HAS_SEAT, HAS_WAITING_PLACE)
        case Admission.forced:
            return true()


@dataclass(slots=True)
class Hall:
    """An event as strangers see it, under its lock: what each of many gets, in their turn, before it is written."""

    event: Event
    state: RegistrationState
    has_ended: bool
    seated_count: int = 0
    waiting_count: int = 0

    def offered(self) -> Seat | None:
        """What the next newcomer would get now: a seat, a place at the tail of the queue, or nothing."""
        if self.state not in {RegistrationState.open, RegistrationState.open_waitlist}:
            return None
        waiting = self.event.waiting_count + self.waiting_count
        seated = self.event.confirmed_count + self.seated_count
        if not waiting and (self.event.capacity is None or seated < self.event.capacity):
            return Seat()
        limit = self.event.waiting_capacity
        if self.event.waiting_list != WaitingList.auto or (limit is not None and waiting >= limit):
            return None
        return Seat(self.event.queue_tail + self.waiting_count + 1, waiting + 1)

    def give(self, seat: Seat) -> None:
        """Count what was offered as somebody's."""
        if seat.queue_position is None:
            self.seated_count += 1
        else:
            self.waiting_count += 1


@cache
def _hall_named(column: str) -> Select[Event, str, bool]:
    """Built once: a whole crowd waits while it is executed."""
    statement = select(Event, REGISTRATION_STATE, Event.ends_at <= NOW)
    found = statement.where(getattr(Event, column) == bindparam("ref"), visible_to(ANONYMOUS))
    return found.with_for_update(key_share=True, of=Event).execution_options(populate_existing=True)


async def enter_hall(session: AsyncSession, ref: str) -> Hall | None:
    """The event, locked until the transaction ends; its state by the database's clock. None where no such event is."""
    event_id = as_uuid(ref)
    statement = _hall_named("slug" if event_id is None else "id")
    row = (await session.execute(statement, {"ref": event_id or ref})).one_or_none()
    return None if row is None else Hall(row[0], RegistrationState(row[1]), row[2])


_SEATED: Final = bindparam("seated", type_=Integer)
_WAITING: Final = bindparam("waiting", type_=Integer)
_SEATS_LEFT: Final = and_(
    Event.waiting_count == 0, or_(Event.capacity.is_(None), Event.confirmed_count + _SEATED <= Event.capacity)
)
_PLACES_LEFT: Final = and_(
    Event.waiting_list == WaitingList.auto,
    or_(Event.waiting_capacity.is_(None), Event.waiting_count + _WAITING <= Event.waiting_capacity),
)
_TAKE_MANY: Final = (
    update(Event)
    .where(
        Event.id == bindparam("event_id"),
        and_(Event.registration_required, OPENED, ~CLOSED, ~IS_CANCELLED, ~IS_DRAFT),
        or_(_SEATED == 0, _SEATS_LEFT),
        or_(_WAITING == 0, _PLACES_LEFT),
    )
    .values(
        confirmed_count=Event.confirmed_count + _SEATED,
        waiting_count=Event.waiting_count + _WAITING,
        queue_tail=Event.queue_tail + _WAITING,
    )
    .returning(Event.id)
    .execution_options(synchronize_session=False)
)


async def take_many(session: AsyncSession, hall: Hall) -> bool:
    """Take all that was given, in one conditional UPDATE, or nothing: False where the event does not allow it.

    The statement judges window and counters itself, whatever has been believed before.
    """
    if not hall.seated_count and not hall.waiting_count:
        return True
    given = {"event_id": hall.event.id, "seated": hall.seated_count, "waiting": hall.waiting_count}
    return await session.scalar(_TAKE_MANY, given) is not None


async def give_back(session: AsyncSession, event_id: EventId, seat: Seat) -> None:
    """Undo `take_seat` in its own transaction: nobody else has seen the seat taken."""
    waited = 0 if seat.queue_position is None else 1
    await session.execute(
        update(Event)
        .where(Event.id == event_id)
        .values(
            confirmed_count=Event.confirmed_count - (1 - waited),
            waiting_count=Event.waiting_count - waited,
            queue_tail=Event.queue_tail - waited,
        )
        .execution_options(synchronize_session=False)
    )


def free_seat(event: Event, *, waited: bool) -> None:
    """Count one live registration as cancelled. Requires: the caller holds the event's lock."""
    if waited:
        event.waiting_count -= 1
    else:
        event.confirmed_count -= 1
    event.cancelled_count += 1


def promotable(event: Event) -> int:
    """How many of those who wait have a seat now. Requires: the caller holds the event's lock."""
    if event.capacity is None:
        return event.waiting_count
    return max(0, min(event.waiting_count, event.capacity - event.confirmed_count))


def seat_waiting(event: Event, count: int) -> None:
    """Count people of the queue as confirmed. Requires: the caller holds the event's lock."""
    event.waiting_count -= count
    event.confirmed_count += count


def free_all(event: Event) -> None:
    """Count every live registration as cancelled. Requires: the caller holds the event's lock."""
    event.cancelled_count += event.confirmed_count + event.waiting_count
    event.confirmed_count = event.waiting_count = 0
