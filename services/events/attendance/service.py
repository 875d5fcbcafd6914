"""Use cases of attendance."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.events.events import people, seats
from services.events.events import queries as event_queries
from services.events.events import service as events
from services.events.events.access import may_mark_attendance
from services.events.events.errors import EventIsCancelled
from services.events.events.models import Event
from services.events.events.people import Heads
from services.events.events.terms import EventMode, EventStatus
from services.events.registrations import queries as registration_queries
from services.events.registrations import service as registrations
from services.events.registrations.models import Registration
from services.events.registrations.terms import AttendanceStatus, RegistrationId
from services.kernel.background.outbox import announce
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden, Invalid, InvalidField

from .messages import AttendanceRecorded
from .schemas import (
    AttendanceMarked,
    AttendanceMarks,
    AttendanceOutcome,
    HeadcountPut,
    ModeCounts,
    WalkInCreate,
)
from .terms import BEFOREHAND, Outcome


async def _lock_for_marking(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """Return the event, locked, for marking its attendance. Raises: NotFound, Forbidden, EventIsCancelled."""
    event = await event_queries.get_locked(session, principal, ref)
    _check_may_mark(principal, event)
    return event


def _check_may_mark(principal: Principal, event: Event) -> None:
    """Check that the caller may mark the attendance of this event. Raises: Forbidden, EventIsCancelled."""
    if not may_mark_attendance(principal, event):
        raise Forbidden
    if event.event_status == EventStatus.cancelled:
        raise EventIsCancelled


async def mark_all(session: AsyncSession, principal: Principal, ref: str, body: AttendanceMarks) -> AttendanceMarked:
    """Mark attendance, count it and announce it. A mark for a registration to another event has no effect.

    A mark acts on the registration that stands for the person, also when it names an earlier one.
    Raises: NotFound, Forbidden, EventIsCancelled, EventDayAhead.
    """
    event = await _lock_for_marking(session, principal, ref)
    if any(mark.status not in BEFOREHAND for mark in body.items):
        await people.check_day_has_come(session, event)
    ids = [RegistrationId(mark.registration_id) for mark in body.items]
    standing = await registration_queries.standing_for(session, event.id, ids)
    found = [(standing[mark.registration_id], mark.status) for mark in body.items if mark.registration_id in standing]
    changes = iter(await _mark_and_announce(session, event, found))
    outcomes = [
        AttendanceOutcome(
            registration_id=mark.registration_id,
            outcome=_outcome(changed=next(changes)) if mark.registration_id in standing else Outcome.not_found,
        )
        for mark in body.items
    ]
    return AttendanceMarked(items=outcomes, attended_count=event.attended_count)


def _outcome(*, changed: bool) -> Outcome:
    return Outcome.marked if changed else Outcome.unchanged


async def _mark_and_announce(
    session: AsyncSession, event: Event, marks: Sequence[tuple[Registration, AttendanceStatus]]
) -> list[bool]:
    """Mark attendance, count it, and announce it where it changed. Returns whether each mark changed it."""
    changes = await registrations.mark_attendance(session, event, marks)
    await session.flush()  # The counter's CHECK constraint decides before it is announced.
    if any(changes):
        await announce(session, AttendanceRecorded(event_id=event.id, coordination_id=event.coordination_id))
    return changes


async def enter_walk_in(session: AsyncSession, principal: Principal, ref: str, body: WalkInCreate) -> Registration:
    """Register a person who came, unless they have registered already, and mark them as attended.

    Raises: NotFound, Forbidden, EventIsCancelled, EventDayAhead, RegistrationNotOpen and RegistrationNotRequired (a
    draft), WalkInMayBeRegistered.
    """
    ledger = await seats.open_ledger(session, principal, ref)
    event = ledger.event
    _check_may_mark(principal, event)
    await people.check_day_has_come(session, event)
    registration = await registrations.enter_walk_in(session, ledger, body, is_another_person=body.is_another_person)
    await _mark_and_announce(session, event, [(registration, AttendanceStatus.attended)])
    return registration


async def record_headcount(session: AsyncSession, principal: Principal, ref: str, body: HeadcountPut) -> Event:
    """Record the number of people who came besides the names, or remove it, and announce it.

    Raises: NotFound, Forbidden, EventIsCancelled, EventDayAhead, Invalid (a hybrid event needs the count of each mode).
    """
    event = await _lock_for_marking(session, principal, ref)
    heads = _heads(event, body)
    await people.check_day_has_come(session, event)
    await events.record_heads(session, event, heads)
    await announce(session, AttendanceRecorded(event_id=event.id, coordination_id=event.coordination_id))
    return event


def _heads(event: Event, body: HeadcountPut) -> Heads:
    by_mode = body.by_mode or _of_one_mode(EventMode(event.mode), body.count)
    if by_mode.total() is None:
        return Heads()
    return Heads(by_mode.onsite, by_mode.online, body.qualifier, body.by_organisation_kind)


def _of_one_mode(mode: EventMode, count: int | None) -> ModeCounts:
    if count is not None and mode is EventMode.hybrid:
        needed = InvalidField("/body/by_mode", "modes-needed", Phrase("fields.modes-needed"))
        raise Invalid(errors=[needed])
    return ModeCounts(onsite=count) if mode is EventMode.onsite else ModeCounts(online=count)
