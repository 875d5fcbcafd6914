"""Use cases of registrations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import Scope
from services.events.events import queries as event_queries
from services.events.events import seats
from services.events.events.models import Event
from services.events.events.seats import SeatLedger
from services.events.events.terms import EventId
from services.events.mails import service as mails
from services.events.mails.service import Notification
from services.events.mails.terms import MailKind
from services.kernel.background.outbox import announce, announce_all
from services.kernel.clock import database_now
from services.kernel.security.auth import Principal
from services.kernel.web.errors import DomainError, Forbidden, Unavailable

from . import organisations, persons, queries
from .access import may_register_others
from .admissions import (
    AdmissionConflict,
    Applicant,
    admit,
    applicant_of_staff,
    check_choices,
    public_applicant,
    walk_in,
)
from .errors import CancelDeadlinePassed, WalkInMayBeRegistered
from .messages import RegistrationCancelled, RegistrationConfirmed
from .models import Registration
from .notifications import mail_with_links
from .recipient_limit import RecipientRateLimit
from .schemas import EventSummary, PersonCreate, RegistrationAnswer, RegistrationCancel, RegistrationCreate
from .terms import (
    MAX_CANDIDATES,
    TRY_LATER,
    AttendanceStatus,
    CancelledBy,
    RegistrationId,
    State,
)


async def register(
    session: AsyncSession,
    principal: Principal,
    ref: str,
    body: RegistrationCreate,
    *,
    recipient_limit: RecipientRateLimit,
) -> RegistrationAnswer:
    """Give one person a seat, or a place on the waiting list; announce it and queue a mail.

    A person who is registered already gets the answer that a new person would get now, no second row, and a mail that
    states their registration: no answer discloses whether an address is known. An address that has had its limit of
    mails gets no more; the answer is the same. The event's staff get the true state, and their mails are not counted.
    Raises: NotFound, Forbidden, EventFull, RegistrationNotOpen, RegistrationClosed, RegistrationNotRequired,
    EventIsCancelled, Unavailable.
    """
    check_may_force(body, is_staff=principal.has(Scope.registrations_write))
    ledger = await seats.open_ledger(session, principal, ref)
    is_staff = may_register_others(principal, ledger.event)
    check_may_force(body, is_staff=is_staff)
    applicant = applicant_of_staff(body) if is_staff else public_applicant(body, recipient_limit)
    await check_choices(session, [applicant])
    if body.force_reason and ledger.is_active and not applicant.refused:
        waiting = await queries.waiting_person(session, EventId(ledger.event.id), applicant.person_key)
        if waiting is not None:
            return await _force_waiting(session, ledger, waiting, reason=body.force_reason)
    return await _admit_one(session, ledger, applicant)


async def _force_waiting(
    session: AsyncSession, ledger: SeatLedger, registration: Registration, *, reason: str
) -> RegistrationAnswer:
    """Give a person on the waiting list a seat beyond the capacity. Others keep their places.

    The facts of their registration stay, whatever the staff sent with the reason.
    """
    registration.force_reason = reason
    await _seat(session, ledger.event, [registration], mailed=not ledger.has_ended)
    return RegistrationAnswer(
        id=RegistrationId(registration.id),
        state=State.confirmed,
        queue_place=None,
        event=EventSummary.model_validate(ledger.event),
    )


def check_may_force(body: RegistrationCreate, *, is_staff: bool) -> None:
    """Check that only staff register people beyond the capacity. Raises Forbidden."""
    if body.force_reason and not is_staff:
        raise Forbidden


async def enter_walk_in(
    session: AsyncSession, ledger: SeatLedger, person: PersonCreate, *, is_another_person: bool
) -> Registration:
    """Register a walk-in, also beyond the capacity. Returns their registration: a new one, or the existing one.

    Raises: EventIsCancelled, RegistrationNotOpen, RegistrationNotRequired (a draft), WalkInMayBeRegistered unless the
    caller knows that they are another person.
    """
    applicant = walk_in(person)
    await check_choices(session, [applicant])
    if not is_another_person:
        await _check_is_unknown(session, ledger.event, applicant)
    answer = await _admit_one(session, ledger, applicant)
    return (await queries.standing_for(session, ledger.event.id, [answer.id]))[answer.id]


async def _check_is_unknown(session: AsyncSession, event: Event, applicant: Applicant) -> None:
    """Check that no other person of the applicant's name is registered. Raises WalkInMayBeRegistered."""
    namesakes = await queries.namesakes(session, event.id, applicant.person.name)
    if any(one.person_key == applicant.person_key and one.state != State.cancelled for one in namesakes):
        return
    if namesakes:
        raise WalkInMayBeRegistered(members={"candidates": [one.as_member() for one in namesakes[:MAX_CANDIDATES]]})


async def _admit_one(session: AsyncSession, ledger: SeatLedger, applicant: Applicant) -> RegistrationAnswer:
    """Admit one person. Requires: their choices were checked. Raises their refusal."""
    try:
        [outcome] = await admit(session, ledger, [applicant])
    except AdmissionConflict as conflict:
        raise Unavailable(headers=TRY_LATER) from conflict
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


async def cancel_own(session: AsyncSession, token: str) -> Registration:
    """Cancel the registration of a manage link, or leave it cancelled. Raises: NotFound, CancelDeadlinePassed."""
    registration = await queries.get_by_token(session, token)
    event = await queries.lock_with_event(session, registration)
    await queries.get_by_token(session, token)  # Without this, a link that ended during the wait would still cancel.
    if registration.state == State.cancelled:
        return registration
    if not await queries.may_still_cancel(session, registration, event):
        raise CancelDeadlinePassed
    await _cancel(session, registration, event, by=CancelledBy.registrant)
    return registration


async def cancel_by_staff(
    session: AsyncSession, principal: Principal, registration_id: RegistrationId, body: RegistrationCancel | None
) -> Registration:
    """Cancel a person's registration and tell them the reason, or leave it cancelled. Raises NotFound."""
    registration = await queries.get(session, principal, registration_id)
    event = await queries.lock_with_event(session, registration)
    if registration.state != State.cancelled:
        registration.cancel_reason = body.reason if body else None
        await _cancel(session, registration, event, by=CancelledBy.organiser)
    return registration


async def _cancel(session: AsyncSession, registration: Registration, event: Event, *, by: CancelledBy) -> None:
    """Cancel the live registration, promote the first person on the waiting list, announce and mail both."""
    seats.free_seat(event, waited=registration.state == State.waitlisted)
    registration.state, registration.cancelled_by = State.cancelled, by
    registration.cancelled_at = await database_now(session)
    registration.ical_sequence += 1
    registration.version += 1
    await session.flush()  # The counters' CHECK constraints decide.
    subject = organisations.subject_of_row(registration)
    await organisations.count(session, EventId(event.id), registered={subject: -1})
    await announce(session, RegistrationCancelled(registration_id=registration.id, event_id=event.id))
    if not await event_queries.has_ended(session, event):
        kind = MailKind.cancelled_by_organiser if by is CancelledBy.organiser else MailKind.cancelled
        await mails.queue_mail(session, kind, registration, event=event, reason=registration.cancel_reason)
        await promote_waiting(session, event)


async def promote_waiting(session: AsyncSession, event: Event) -> None:
    """Give the free seats to the waiting persons, in their order; announce and mail each. None while it is postponed.

    No person is promoted once the event has started, or earlier where it says so.
    Requires: the caller holds the event's lock.
    """
    free_count = seats.promotable(event)
    if not free_count or not await event_queries.may_promote(session, event):
        return
    promoted = await queries.next_in_queue(session, event.id, limit=free_count)
    if promoted:
        await _seat(session, event, promoted, mailed=True)


async def _seat(session: AsyncSession, event: Event, waiting: Sequence[Registration], *, mailed: bool) -> None:
    """Give seats to waiting persons; announce and mail each. Requires: the caller holds the event's lock."""
    now = await database_now(session)
    for registration in waiting:
        registration.state, registration.confirmed_at = State.confirmed, now
        registration.ical_sequence = -event.ical_sequence  # Their first calendar message has SEQUENCE 0.
        registration.version += 1
    seats.seat_waiting(event, len(waiting))
    await session.flush()  # The counters' CHECK constraints decide before anything is announced.
    confirmed = [RegistrationConfirmed(registration_id=one.id, event_id=event.id) for one in waiting]
    await announce_all(session, confirmed)
    if mailed:
        await mail_with_links(session, [Notification(MailKind.promoted, one) for one in waiting], event)


async def cancel_all(session: AsyncSession, event: Event) -> None:
    """Cancel every live registration of an event that was cancelled, without promoting anyone.

    Requires: the caller holds the event's lock, has freed its seats, and notifies the registered persons.
    """
    await session.execute(
        update(Registration)
        .where(Registration.event_id == event.id, queries.LIVE)
        .values(
            state=State.cancelled,
            cancelled_by=CancelledBy.system,
            cancelled_at=func.clock_timestamp(),
            ical_sequence=Registration.ical_sequence + 1,
            version=Registration.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    await organisations.reset_registered(session, EventId(event.id))


async def mark_attendance(
    session: AsyncSession, event: Event, marks: Sequence[tuple[Registration, AttendanceStatus]]
) -> list[bool]:
    """Record whether persons attended, and count them. Of two marks of a person the last counts.

    Returns: whether each mark changed the attendance, in the order of the marks.
    Requires: the caller holds the event's lock, and each registration stands for its person.
    """
    if all(registration.attendance == status for registration, status in marks):
        return [False] * len(marks)
    rows = {registration.id: registration for registration, _ in marks}.values()
    before, now = persons.tally(rows), await database_now(session)
    changes = [_mark(registration, status, now=now) for registration, status in marks]
    await persons.recount(session, event, before=before, after=persons.tally(rows))
    return changes


def _mark(registration: Registration, status: AttendanceStatus, *, now: datetime) -> bool:
    """Set the attendance. Returns whether that changed it."""
    if registration.attendance == status:
        return False
    registration.attendance, registration.attendance_marked_at = status, now
    registration.version += 1
    return True
