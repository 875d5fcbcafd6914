"""Use cases of attendance."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events import seats
from services.events.events import service as events
from services.events.events.access import may_mark_attendance
from services.events.events.errors import EventIsCancelled
from services.events.events.models import Event
from services.events.events.terms import EventStatus
from services.events.registrations import queries as registration_queries
from services.events.registrations import service as registrations
from services.events.registrations.models import Registration
from services.events.registrations.terms import AttendanceStatus, RegistrationId
from services.kernel.background.outbox import announce
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden

from .errors import NamesAreRecorded
from .messages import AttendanceRecorded
from .schemas import AttendanceMark, AttendanceMarked, AttendanceMarks, AttendanceOutcome, HeadcountPut, WalkInCreate
from .terms import Outcome


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

    Raises: NotFound, Forbidden, EventIsCancelled.
    """
    event = await _lock_for_marking(session, principal, ref)
    ids = [RegistrationId(mark.registration_id) for mark in body.items]
    by_id = await registration_queries.by_ids(session, event.id, ids)
    outcomes = [await _mark(session, event, by_id.get(mark.registration_id), mark) for mark in body.items]
    await session.flush()  # The counter's CHECK constraint decides before it is announced.
    if any(item.outcome is Outcome.marked for item in outcomes):
        await announce(session, AttendanceRecorded(event_id=event.id, coordination_id=event.coordination_id))
    return AttendanceMarked(items=outcomes, attended_count=event.attended_count)


async def _mark(
    session: AsyncSession, event: Event, registration: Registration | None, mark: AttendanceMark
) -> AttendanceOutcome:
    outcome = Outcome.not_found
    if registration is not None:
        outcome = Outcome.unchanged if registration.attendance == mark.status else Outcome.marked
    if registration is not None and outcome is Outcome.marked:
        events.count_attended(event, await registrations.mark_attendance(session, event, registration, mark.status))
    return AttendanceOutcome(registration_id=mark.registration_id, outcome=outcome)


async def enter_walk_in(session: AsyncSession, principal: Principal, ref: str, body: WalkInCreate) -> Registration:
    """Register a person who came, unless they have registered already, and mark them as attended.

    Raises: NotFound, Forbidden, EventIsCancelled, RegistrationNotOpen and RegistrationNotRequired (a draft).
    """
    ledger = await seats.open_ledger(session, principal, ref)
    event = ledger.event
    _check_may_mark(principal, event)
    registration = await registrations.enter_walk_in(session, ledger, body)
    if registration.attendance != AttendanceStatus.attended:
        change = await registrations.mark_attendance(session, event, registration, AttendanceStatus.attended)
        events.count_attended(event, change)
        await session.flush()  # The counter's CHECK constraint decides before it is announced.
        await announce(session, AttendanceRecorded(event_id=event.id, coordination_id=event.coordination_id))
    return registration


async def record_headcount(session: AsyncSession, principal: Principal, ref: str, body: HeadcountPut) -> Event:
    """Record the number of people who came, where no names are recorded, and announce it.

    Raises: NotFound, Forbidden, EventIsCancelled, NamesAreRecorded.
    """
    event = await _lock_for_marking(session, principal, ref)
    if event.attended_count > 0 and body.count is not None:
        raise NamesAreRecorded
    by_mode = body.by_mode.model_dump() if body.by_mode else {}
    await events.record_headcount(session, event, count=body.count, by_mode=by_mode)
    await announce(session, AttendanceRecorded(event_id=event.id, coordination_id=event.coordination_id))
    return event
