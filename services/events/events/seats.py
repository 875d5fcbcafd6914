"""Seats: the counters on the event row, changed by one statement or under the row's lock."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from sqlalchemy import Boolean, Integer, Select, Text, bindparam, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.types import Result
from services.kernel.security.auth import ANONYMOUS, Principal
from services.kernel.web.errors import NotFound

from .access import visible_to
from .facts import HAS_ENDED, IN_WINDOW, IS_ACTIVE, PLACES_LEFT, REGISTRATION_STATE, SEATS_LEFT, are_left, is_postponed
from .models import Event
from .terms import RegistrationState, as_uuid


class AdmissionRule(StrEnum):
    """The criterion of an admission: registration window and capacity, capacity alone, or neither."""

    in_window = "in_window"
    any_time = "any_time"
    forced = "forced"


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat, or with `queue_position` the place `queue_place` on the waiting list, where 1 is the first."""

    queue_position: int | None = None
    queue_place: int | None = None

    def is_waiting(self) -> bool:
        """Return whether it is a place on the waiting list."""
        return self.queue_position is not None


# A batch also changes rows that other events share, such as the counts of an organisation.
_LATER_LOCKS: Final = timedelta(milliseconds=500)
_OPEN_STATES: Final = frozenset({RegistrationState.open, RegistrationState.open_waitlist})


@dataclass(slots=True)
class SeatLedger:
    """A locked event with its free seats and places, and the number of them that were given. `take_seats` writes it.

    `seats_left` and `places_left` are `facts.SEATS_LEFT` and `facts.PLACES_LEFT`; None means any number.
    """

    event: Event
    state: RegistrationState
    is_active: bool
    has_ended: bool
    seats_left: int | None
    places_left: int | None
    seated_count: int = 0
    waiting_count: int = 0
    # The number of the last seat that was given because it was free.
    within_capacity: int = 0
    # Whether a seat or place was given because registration is open.
    in_window: bool = False

    def offer(self, rule: AdmissionRule) -> Seat | None:
        """Return the offer to the next new person: a seat, the last place on the waiting list, or None."""
        if not (self.state in _OPEN_STATES if rule is AdmissionRule.in_window else self.is_active):
            return None
        if rule is AdmissionRule.forced or _is_left(self.seats_left, self.seated_count):
            return Seat()
        if not _is_left(self.places_left, self.waiting_count):
            return None
        ahead = self.waiting_count
        return Seat(self.event.queue_tail + ahead + 1, self.event.waiting_count + ahead + 1)

    def give(self, seat: Seat, rule: AdmissionRule) -> None:
        """Count the offered seat or place as given."""
        self.in_window |= rule is AdmissionRule.in_window
        if seat.is_waiting():
            self.waiting_count += 1
            return
        self.seated_count += 1
        if rule is not AdmissionRule.forced:
            self.within_capacity = self.seated_count


def _is_left(left: int | None, given_count: int) -> bool:
    return left is None or given_count < left


@cache
def _opening(column: str) -> Select[Event, str, bool, bool, int | None, int | None]:
    """Build the statement once, because a whole batch waits while it is executed."""
    statement = select(Event, REGISTRATION_STATE, IS_ACTIVE, HAS_ENDED, SEATS_LEFT, PLACES_LEFT)
    locked = statement.with_for_update(key_share=True, of=Event).execution_options(populate_existing=True)
    return locked.where(getattr(Event, column) == bindparam("ref"))


@cache
def _public_opening(column: str, *, nowait: bool) -> Select[Event, str, bool, bool, int | None, int | None, str]:
    """Build the statement for a batch. It also limits how long its transaction waits for this and any later lock."""
    limit = func.set_config("lock_timeout", bindparam("patience", type_=Text), true())
    locked = _opening(column).add_columns(limit).where(visible_to(ANONYMOUS))
    return locked.with_for_update(key_share=True, of=Event, nowait=nowait)


async def open_ledger(
    session: AsyncSession, principal: Principal, ref: str, *, patience: timedelta | None = None
) -> SeatLedger:
    """Lock the event until the transaction ends, and read its free seats and places.

    With `patience`, which may be 0, the event is a public one, and its lock is waited for no longer; without it, as
    long as the transaction waits for any lock.
    Raises: NotFound, DBAPIError (SQLSTATE 55P03, where others hold the lock for longer).
    """
    event_id = as_uuid(ref)
    column, parameters = "slug" if event_id is None else "id", {"ref": event_id or ref}
    if patience is None:
        statement = _opening(column).where(visible_to(principal))
        return _ledger_of((await session.execute(statement, parameters)).one_or_none())
    later_locks = f"{max(patience, _LATER_LOCKS) // timedelta(milliseconds=1)}ms"
    public = _public_opening(column, nowait=not patience)
    return _ledger_of((await session.execute(public, {**parameters, "patience": later_locks})).one_or_none())


def _ledger_of(row: Result | None) -> SeatLedger:
    if row is None:
        raise NotFound
    event, state, is_active, has_ended, seats_left, places_left, *_ = row
    return SeatLedger(event, RegistrationState(state), is_active, has_ended, seats_left, places_left)


_SEATED: Final = bindparam("seated", type_=Integer)
_WAITING: Final = bindparam("waiting", type_=Integer)
_TAKE: Final = (
    update(Event)
    .where(
        Event.id == bindparam("event_id"),
        IS_ACTIVE,
        or_(~bindparam("in_window", type_=Boolean), IN_WINDOW),
        are_left(SEATS_LEFT, bindparam("within_capacity", type_=Integer)),
        are_left(PLACES_LEFT, _WAITING),
    )
    .values(
        confirmed_count=Event.confirmed_count + _SEATED,
        waiting_count=Event.waiting_count + _WAITING,
        queue_tail=Event.queue_tail + _WAITING,
    )
    .returning(Event.id)
    .execution_options(synchronize_session=False)
)


async def take_seats(session: AsyncSession, ledger: SeatLedger) -> bool:
    """Take all seats and places that were given in one conditional UPDATE. Returns False where the event refuses it.

    The statement checks window and counters itself, so that two callers cannot share a seat. The counters of
    `ledger.event` stay as they were read. It is sent without any seat too, as all statements of a registration are.
    """
    parameters = {
        "event_id": ledger.event.id,
        "seated": ledger.seated_count,
        "waiting": ledger.waiting_count,
        "within_capacity": ledger.within_capacity,
        "in_window": ledger.in_window,
    }
    return await session.scalar(_TAKE, parameters) is not None


def free_seat(event: Event, *, waited: bool) -> None:
    """Count one live registration as cancelled. Requires: the caller holds the event's lock."""
    if waited:
        event.waiting_count -= 1
    else:
        event.confirmed_count -= 1
    event.cancelled_count += 1


def promotable(event: Event) -> int:
    """Return the number of waiting persons that can be seated; none while the event is postponed.

    Requires: the caller holds the event's lock.
    """
    if is_postponed(event):
        return 0
    if event.capacity is None:
        return event.waiting_count
    return max(0, min(event.waiting_count, event.capacity - event.confirmed_count))


def seat_waiting(event: Event, count: int) -> None:
    """Count people on the waiting list as confirmed. Requires: the caller holds the event's lock."""
    event.waiting_count -= count
    event.confirmed_count += count


def free_all(event: Event) -> None:
    """Count every live registration as cancelled. Requires: the caller holds the event's lock."""
    event.cancelled_count += event.confirmed_count + event.waiting_count
    event.confirmed_count = event.waiting_count = 0
