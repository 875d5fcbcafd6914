"""Seats: the counters on the event row, each moved by one statement or under the row's lock."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import CTE, ColumnElement, Integer, and_, cast, false, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.auth import Principal

from .access import visible_to
from .models import Event
from .queries import (
    CLOSED,
    HAS_SEAT,
    HAS_WAITING_PLACE,
    IS_CANCELLED,
    IS_DRAFT,
    NOW,
    OPENED,
    REGISTRATION_STATE,
    named,
)
from .terms import EventId, RegistrationState


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
    """Count one live registration as cancelled. Owes: the caller holds the event's lock."""
    if waited:
        event.waiting_count -= 1
    else:
        event.confirmed_count -= 1
    event.cancelled_count += 1


def promotable(event: Event) -> int:
    """How many of those who wait have a seat now. Owes: the caller holds the event's lock."""
    if event.capacity is None:
        return event.waiting_count
    return max(0, min(event.waiting_count, event.capacity - event.confirmed_count))


def seat_waiting(event: Event, count: int) -> None:
    """Count people of the queue as confirmed. Owes: the caller holds the event's lock."""
    event.waiting_count -= count
    event.confirmed_count += count


def free_all(event: Event) -> None:
    """Count every live registration as cancelled. Owes: the caller holds the event's lock."""
    event.cancelled_count += event.confirmed_count + event.waiting_count
    event.confirmed_count = event.waiting_count = 0
