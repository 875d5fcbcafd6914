"""Use cases of registrations."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import Scope
from services.events.events import queries as calendar_queries
from services.events.events import seats
from services.events.events.access import may_change
from services.events.events.errors import EventIsCancelled
from services.events.events.models import Event
from services.events.events.seats import Admission, Seat, Taking
from services.events.events.terms import EventId, EventMode, EventStatus, PublicationStatus, RegistrationState
from services.events.mails import service as mail
from services.events.mails.terms import MailKind
from services.kernel.background.outbox import announce
from services.kernel.clock import database_now
from services.kernel.data.ids import new_private_id
from services.kernel.patches import changes
from services.kernel.security.auth import Principal
from services.kernel.web.errors import DomainError, Forbidden, NotFound
from services.kernel.web.etags import check_version

from . import organisations, queries
from .errors import (
    CancelDeadlinePassed,
    EventFull,
    RegistrationClosed,
    RegistrationNotOpen,
    RegistrationNotRequired,
    SamePersonRegistered,
)
from .messages import RegistrationCancelled, RegistrationChanged, RegistrationConfirmed, RegistrationWaitlisted
from .models import Registration
from .notifications import mail_with_link
from .rations import Rations
from .schemas import EventSummary, PersonCreate, RegistrationAnswer, RegistrationCreate, RegistrationPatch
from .terms import (
    PRESENT,
    AttendanceStatus,
    CancelledBy,
    Origin,
    RegistrationId,
    State,
    organisation_key,
    person_key,
)


async def register(
    session: AsyncSession, principal: Principal, ref: str, body: RegistrationCreate, *, rations: Rations
) -> RegistrationAnswer:
    """Give one person a seat, or a place in the queue; announce it and have it mailed.

    A person who is registered already gets the answer a newcomer would get now, no second row, and a mail that
    tells how things stand: no answer tells whether an address is known. Whose mailbox has had its ration of letters
    gets no more; the answer is the same.
    Raises: NotFound, Forbidden, EventFull, RegistrationNotOpen, RegistrationClosed, RegistrationNotRequired,
    EventIsCancelled.
    """
    staff = await _is_staff(session, principal, ref)
    admission = admission_of(body, staff=staff)
    taking = await seats.take_seat(session, principal, ref, admission)
    if taking is None:
        raise NotFound
    if taking.seat is None:
        raise refusal(taking.event, taking.state, admission)
    writes = not taking.has_ended and (staff or rations.spend(body.email))
    entered = await _enter(session, taking.event, taking.seat, body, Origin.organiser if staff else Origin.public)
    if entered is None:
        known = await _take_known(session, taking, taking.seat, body)
        if writes:
            await mail_with_link(session, MailKind.manage_link, known, taking.event)
        return await _answer_again(session, taking, known, taking.seat, staff=staff)
    if writes:
        kind = MailKind.confirmation if taking.seat.queue_position is None else MailKind.queued
        await mail_with_link(session, kind, entered, taking.event)
    return _answer(entered.id, taking.seat, taking.event)


async def _is_staff(session: AsyncSession, principal: Principal, ref: str) -> bool:
    if not principal.has(Scope.registrations_write):
        return False
    event = await calendar_queries.get(session, principal, ref)
    return may_change(principal, event.coordination_id)


def admission_of(body: RegistrationCreate, *, staff: bool) -> Admission:
    """What the person's seat is judged by. Raises Forbidden for a stranger who would go beyond the capacity."""
    if not staff and body.force_reason:
        raise Forbidden
    if not staff:
        return Admission.in_window
    return Admission.forced if body.force_reason else Admission.any_time


def refusal(event: Event, state: RegistrationState, admission: Admission) -> DomainError:
    """Why no seat was given. Where the state says open, somebody took the last one in the same instant."""
    if event.event_status == EventStatus.cancelled:
        return EventIsCancelled()
    draft = event.publication_status == PublicationStatus.draft
    if admission is not Admission.in_window and not draft:
        return EventFull()
    match state:
        case RegistrationState.not_open:
            opens_at = event.registration_opens_at
            told = opens_at.isoformat().replace("+00:00", "Z") if opens_at else None
            return RegistrationNotOpen(members={"opens_at": told})
        case RegistrationState.closed:
            return RegistrationClosed()
        case RegistrationState.none_required:
            return RegistrationNotRequired()
        case _:
            return EventFull()


async def _enter(
    session: AsyncSession, event: Event, seat: Seat, person: PersonCreate, origin: Origin
) -> Registration | None:
    """Write the row, count its organisation and announce it; None where the person has a live one."""
    registration = await _insert(session, event, seat, person, origin)
    if registration is None:
        return None
    await organisations.count(session, EventId(event.id), registration.organisation_key, registered=1)
    fact = RegistrationConfirmed if seat.queue_position is None else RegistrationWaitlisted
    await announce(session, fact(registration_id=registration.id, event_id=event.id))
    return registration


async def _insert(
    session: AsyncSession, event: Event, seat: Seat, person: PersonCreate, origin: Origin
) -> Registration | None:
    key = person_key(person.email, person.name, person.organisation)
    confirmed = seat.queue_position is None
    # A new REQUEST must have a higher SEQUENCE than the CANCEL that was sent.
    before = select(func.coalesce(func.max(Registration.ical_sequence) + 1, 0)).where(
        Registration.event_id == event.id, Registration.person_key == key, Registration.state == State.cancelled
    )
    statement = insert(Registration).values(
        id=new_private_id(),
        event_id=event.id,
        state=State.confirmed if confirmed else State.waitlisted,
        name=person.name,
        email=person.email,
        person_key=key,
        organisation=person.organisation,
        organisation_key=organisation_key(person.organisation),
        language=person.language,
        mode=person.mode if event.mode == EventMode.hybrid else None,
        origin=origin,
        force_reason=getattr(person, "force_reason", None),
        queue_position=seat.queue_position,
        ical_sequence=before.scalar_subquery(),
        consented_at=None if origin is Origin.walk_in else func.clock_timestamp(),
        confirmed_at=func.clock_timestamp() if confirmed else None,
    )
    once = statement.on_conflict_do_nothing(index_elements=["event_id", "person_key"], index_where=queries.LIVE_SQL)
    entered: Registration | None = await session.scalar(once.returning(Registration))
    return entered


async def _answer_again(
    session: AsyncSession, taking: Taking, known: Registration, seat: Seat, *, staff: bool
) -> RegistrationAnswer:
    if staff:
        place = await queries.queue_place(session, known)
        return _answer(known.id, Seat(known.queue_position if place else None, place), taking.event)
    return _answer(known.id, seat, taking.event)


async def _take_known(session: AsyncSession, taking: Taking, seat: Seat, person: PersonCreate) -> Registration:
    """The person's live registration; the seat taken for nothing is given back."""
    await seats.give_back(session, EventId(taking.event.id), seat)
    return await queries.live_of_person(
        session, taking.event.id, person_key(person.email, person.name, person.organisation)
    )


def _answer(registration_id: UUID, seat: Seat, event: Event) -> RegistrationAnswer:
    return RegistrationAnswer(
        id=RegistrationId(registration_id),
        state=State.confirmed if seat.queue_position is None else State.waitlisted,
        queue_place=seat.queue_place,
        event=EventSummary.model_validate(event),
    )


async def enter_walk_in(session: AsyncSession, principal: Principal, ref: str, person: PersonCreate) -> Registration:
    """The registration of a person who just came: a new one, capacity or not, or the one there is.

    Raises: NotFound, EventIsCancelled, RegistrationNotOpen.
    """
    taking = await seats.take_seat(session, principal, ref, Admission.forced)
    if taking is None:
        raise NotFound
    if taking.seat is None:
        raise refusal(taking.event, taking.state, Admission.forced)
    entered = await _enter(session, taking.event, taking.seat, person, Origin.walk_in)
    return entered or await _take_known(session, taking, taking.seat, person)


async def cancel_own(session: AsyncSession, token: str) -> Registration:
    """End one's own registration; ending it twice is the same. Raises: NotFound, CancelDeadlinePassed."""
    registration = await queries.get_by_token(session, token)
    event = await queries.lock_with_event(session, registration)
    if registration.state == State.cancelled:
        return registration
    if not await queries.may_still_cancel(session, registration, event):
        raise CancelDeadlinePassed
    await _cancel(session, registration, event, by=CancelledBy.registrant)
    return registration


async def cancel_by_staff(session: AsyncSession, principal: Principal, registration_id: RegistrationId) -> Registration:
    """End somebody's registration; ending it twice is the same. Raises NotFound."""
    registration = await queries.get(session, principal, registration_id)
    event = await queries.lock_with_event(session, registration)
    if registration.state != State.cancelled:
        await _cancel(session, registration, event, by=CancelledBy.organiser)
    return registration


async def _cancel(session: AsyncSession, registration: Registration, event: Event, *, by: CancelledBy) -> None:
    """End the live registration, give its seat to the first in the queue, announce and mail both."""
    seats.free_seat(event, waited=registration.state == State.waitlisted)
    registration.state, registration.cancelled_by = State.cancelled, by
    registration.cancelled_at = await database_now(session)
    registration.ical_sequence += 1
    registration.version += 1
    await session.flush()  # The counters' CHECK constraints decide.
    await organisations.count(session, EventId(event.id), registration.organisation_key, registered=-1)
    await announce(session, RegistrationCancelled(registration_id=registration.id, event_id=event.id))
    if not await calendar_queries.has_ended(session, event):
        await mail.queue_mail(session, MailKind.cancelled, registration, event=event)
        await promote_waiting(session, event)


async def promote_waiting(session: AsyncSession, event: Event) -> None:
    """Give the free seats to those who wait, first come first; announce and mail each.

    Requires: the caller holds the event's lock, and the event is not over.
    """
    promoted = await queries.next_in_queue(session, event.id, limit=seats.promotable(event))
    if not promoted:
        return
    now = await database_now(session)
    for registration in promoted:
        registration.state, registration.confirmed_at = State.confirmed, now
        registration.version += 1
    seats.seat_waiting(event, len(promoted))
    await session.flush()  # The counters' CHECK constraints decide before anybody is told.
    for registration in promoted:
        await announce(session, RegistrationConfirmed(registration_id=registration.id, event_id=event.id))
        await mail_with_link(session, MailKind.promoted, registration, event)


async def cancel_all(session: AsyncSession, event: Event) -> None:
    """End every live registration of an event that was cancelled; the queue moves nobody up.

    Requires: the caller holds the event's lock, has freed its seats, and has everybody told.
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
    await organisations.forget_registered(session, EventId(event.id))


async def mark_attendance(
    session: AsyncSession, event: Event, registration: Registration, status: AttendanceStatus
) -> int:
    """Note whether the person came; +1, 0 or -1: what it does to the number of those who did.

    Requires: the caller holds the event's lock and counts the outcome on the event.
    """
    change = int(status in PRESENT) - int(registration.attendance in PRESENT)
    registration.attendance = status
    registration.attendance_marked_at = await database_now(session)
    registration.version += 1
    await organisations.count(session, EventId(event.id), registration.organisation_key, attended=change)
    return change


async def change_registration(
    session: AsyncSession,
    principal: Principal,
    registration_id: RegistrationId,
    body: RegistrationPatch,
    *,
    read_version: int,
) -> Registration:
    """Correct a person's name or organisation and announce it.

    Raises: NotFound, VersionMismatch, SamePersonRegistered.
    """
    registration = await queries.get(session, principal, registration_id)
    event = await queries.lock_with_event(session, registration)
    check_version(registration.version, read_version)
    organisation_before = registration.organisation_key
    for name, value in changes(body).items():
        setattr(registration, name, value)
    registration.person_key = person_key(registration.email, registration.name, registration.organisation)
    registration.organisation_key = organisation_key(registration.organisation)
    registration.version += 1
    try:
        await session.flush()  # The unique live person decides.
    except IntegrityError as error:
        raise SamePersonRegistered from error
    counted = {
        "registered": int(registration.state != State.cancelled),
        "attended": int(registration.attendance in PRESENT),
    }
    await organisations.move(
        session, EventId(event.id), organisation_before, to=registration.organisation_key, **counted
    )
    await announce(session, RegistrationChanged(registration_id=registration.id, event_id=event.id))
    return registration
