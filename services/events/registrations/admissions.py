"""Admissions: everyone who registers, alone or in a batch, gets their seat here; nothing else writes new registrations.

Each applicant gets the answer that they would get alone, in turn. All that can be done beforehand is done in
`Applicant`; between the event's lock and the commit there are statements only.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypedDict
from uuid import UUID

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import seats
from services.events.events.errors import EventIsCancelled
from services.events.events.models import Event
from services.events.events.seats import AdmissionRule, Seat, SeatLedger
from services.events.events.terms import EventId, EventMode, EventStatus, RegistrationState
from services.events.mails.terms import MailKind
from services.kernel.background.outbox import announce_all
from services.kernel.data.ids import new_private_id
from services.kernel.data.rows import arrays, columns_of
from services.kernel.web.errors import DomainError

from . import organisations, queries
from .errors import EventFull, RegistrationClosed, RegistrationNotOpen, RegistrationNotRequired
from .messages import RegistrationConfirmed, RegistrationWaitlisted
from .models import Registration
from .notifications import mail_with_links
from .queries import LivePerson
from .recipient_limit import RecipientRateLimit
from .schemas import EventSummary, PersonCreate, RegistrationAnswer, RegistrationCreate
from .terms import LiveState, Origin, RegistrationId, State, organisation_key, person_key

SeatOutcome = RegistrationAnswer | DomainError


class AdmissionConflict(Exception):
    """What was read under the event's lock did not hold to the end, e.g. registration closed meanwhile."""


@dataclass(slots=True, eq=False)
class Applicant:
    """A person who is to get a seat, what it is judged by, and everything about them that needs no database."""

    person: PersonCreate
    rule: AdmissionRule
    origin: Origin
    force_reason: str | None = None
    # None where the person's mails are not counted.
    recipient_limit: RecipientRateLimit | None = None
    registration_id: UUID = field(default_factory=new_private_id)
    person_key: bytes = b""
    organisation_key: str | None = None
    # Whether their mail was within the limit: it is counted once, however often their admission is tried.
    _is_within_limit: bool | None = None

    def __post_init__(self) -> None:
        self.person_key = person_key(self.person.email, self.person.name, self.person.organisation)
        self.organisation_key = organisation_key(self.person.organisation)

    def as_person(self, seat: Seat) -> LivePerson:
        """Return the person as this application registers them for the first time."""
        person = self.person
        place = (seat.queue_position, seat.queue_place)
        return LivePerson(self.registration_id, person.name, person.email, person.language, 0, *place)

    def is_by_staff(self) -> bool:
        """Return whether the event's staff enter them."""
        return self.origin is not Origin.public

    def gets_mail(self) -> bool:
        """Return whether a mail may go to them; count it where mails to their address are limited."""
        if self.recipient_limit is None or self.person.email is None:
            return self.origin is not Origin.walk_in
        if self._is_within_limit is None:
            self._is_within_limit = self.recipient_limit.count_mail(self.person.email)
        return self._is_within_limit


def public_applicant(body: RegistrationCreate, recipient_limit: RecipientRateLimit) -> Applicant:
    """Make the applicant who registers without being the event's staff."""
    return Applicant(body, AdmissionRule.in_window, Origin.public, recipient_limit=recipient_limit)


def applicant_of_staff(body: RegistrationCreate) -> Applicant:
    """Make the applicant whom the event's staff add: outside the window, with a reason beyond the capacity."""
    rule = AdmissionRule.forced if body.force_reason else AdmissionRule.any_time
    return Applicant(body, rule, Origin.organiser, body.force_reason)


def walk_in(body: PersonCreate) -> Applicant:
    """Make the applicant who has come already: they need no window, no free seat and no mail."""
    return Applicant(body, AdmissionRule.forced, Origin.walk_in)


@dataclass(frozen=True, slots=True)
class _Admitted:
    """An applicant with what was offered; `known` where they have a live registration, and so took nothing."""

    applicant: Applicant
    seat: Seat
    known: LivePerson | None

    def shown_seat(self) -> Seat:
        """Return what the answer shows: to staff how a known person stands, to the public what a newcomer would get."""
        if self.known is None or not self.applicant.is_by_staff():
            return self.seat
        return Seat(self.known.queue_position, self.known.queue_place)


async def admit(session: AsyncSession, ledger: SeatLedger, applicants: Sequence[Applicant]) -> list[SeatOutcome]:
    """Give each, in their order, a seat, a place in the queue, or the reason why not; announce and mail it.

    Returns: one outcome for each applicant, in their order.
    Raises: AdmissionConflict (the transaction must be undone).
    Requires: the ledger was opened in this transaction, which is committed before an outcome leaves.
    """
    if not any(ledger.offer(one.rule) for one in applicants):
        return [refusal(ledger, one.rule) for one in applicants]
    known = await queries.live_persons(
        session,
        ledger.event.id,
        [one.person_key for one in applicants],
        with_places=any(one.is_by_staff() for one in applicants),
    )
    admitted = list(_in_turn(ledger, applicants, known))
    await _write(session, ledger, admitted)
    answers = dict(_answers(ledger.event, admitted))
    return [answers[one] if one in answers else refusal(ledger, one.rule) for one in applicants]


def refusal(ledger: SeatLedger, rule: AdmissionRule) -> DomainError:
    """Make the reason why no seat was given. Where the state says open, the last one was taken in this batch."""
    if ledger.event.event_status == EventStatus.cancelled:
        return EventIsCancelled()
    if rule is not AdmissionRule.in_window and ledger.is_active:
        return EventFull()
    match ledger.state:
        case RegistrationState.not_open:
            opens_at = ledger.event.registration_opens_at
            text = opens_at.isoformat().replace("+00:00", "Z") if opens_at else None
            return RegistrationNotOpen(members={"opens_at": text})
        case RegistrationState.closed:
            return RegistrationClosed()
        case RegistrationState.none_required:
            return RegistrationNotRequired()
        case _:
            return EventFull()


def _in_turn(
    ledger: SeatLedger, applicants: Sequence[Applicant], known: dict[bytes, LivePerson]
) -> Iterator[_Admitted]:
    """Offer to each what those before them left. A known person is offered the same as a newcomer and takes nothing."""
    registered = dict(known)
    for one in applicants:
        seat = ledger.offer(one.rule)
        if seat is None:
            continue
        before = registered.get(one.person_key)
        if before is None:
            ledger.give(seat, one.rule)
            registered[one.person_key] = one.as_person(seat)
        yield _Admitted(one, seat, before)


async def _write(session: AsyncSession, ledger: SeatLedger, admitted: Sequence[_Admitted]) -> None:
    """Make it true for all of them: counters, rows, organisations, announcements, mails."""
    event, entered = ledger.event, [one for one in admitted if one.known is None]
    if not await seats.take_seats(session, ledger):
        raise AdmissionConflict
    sequences = await _enter(session, event, entered)
    counted = Counter(one.applicant.organisation_key for one in entered if one.applicant.organisation_key)
    await organisations.count_registered(session, EventId(event.id), counted)
    await announce_all(session, [_fact(event, one) for one in entered])
    if not ledger.has_ended:
        mailed = [one for one in admitted if one.applicant.gets_mail()]
        await mail_with_links(session, [_mail(one, sequences) for one in mailed], event)


def _fact(event: Event, one: _Admitted) -> RegistrationConfirmed | RegistrationWaitlisted:
    fact = RegistrationWaitlisted if one.seat.is_waiting() else RegistrationConfirmed
    return fact(registration_id=one.applicant.registration_id, event_id=event.id)


def _mail(one: _Admitted, sequences: dict[UUID, int]) -> tuple[MailKind, LivePerson]:
    person = one.known or one.applicant.as_person(one.seat)
    # A known person may have been registered by this very batch.
    person = replace(person, ical_sequence=sequences.get(person.id, person.ical_sequence))
    if one.known is not None:
        return MailKind.manage_link, person
    return MailKind.queued if one.seat.is_waiting() else MailKind.confirmation, person


def _state(seat: Seat) -> LiveState:
    return State.waitlisted if seat.is_waiting() else State.confirmed


class _Row(TypedDict):
    id: UUID
    state: str
    name: str
    email: str | None
    person_key: bytes
    organisation: str | None
    organisation_key: str | None
    language: str
    mode: str | None
    origin: str
    force_reason: str | None
    queue_position: int | None


async def _enter(session: AsyncSession, event: Event, entered: Sequence[_Admitted]) -> dict[UUID, int]:
    """Write the rows. Returns the SEQUENCE of each. Raises AdmissionConflict where a person is known after all."""
    if not entered:
        return {}
    rows = [_row(event, one.applicant, one.seat) for one in entered]
    written = await session.execute(_ENTER, {**columns_of(rows), "of_event": event.id})
    sequences = {row[0]: row[1] for row in written}
    if len(sequences) != len(rows):
        raise AdmissionConflict
    return sequences


def _row(event: Event, applicant: Applicant, seat: Seat) -> _Row:
    person = applicant.person
    return {
        "id": applicant.registration_id,
        "state": _state(seat),
        "name": person.name,
        "email": person.email,
        "person_key": applicant.person_key,
        "organisation": person.organisation,
        "organisation_key": applicant.organisation_key,
        "language": person.language,
        "mode": person.mode if event.mode == EventMode.hybrid else None,
        "origin": applicant.origin,
        "force_reason": applicant.force_reason,
        "queue_position": seat.queue_position,
    }


_REGISTRATIONS: Final = Registration.metadata.tables[Registration.__tablename__]
_GIVEN: Final = arrays(_REGISTRATIONS, tuple(_Row.__annotations__))
_OF_EVENT: Final = bindparam("of_event", type_=_REGISTRATIONS.c.event_id.type)
# A new REQUEST must have a higher SEQUENCE than the CANCEL that was sent.
_NEXT_SEQUENCE: Final = (
    select(func.coalesce(func.max(Registration.ical_sequence) + 1, 0))
    .where(
        Registration.event_id == _OF_EVENT,
        Registration.person_key == _GIVEN.c.person_key,
        queries.CANCELLED_SQL,
    )
    .scalar_subquery()
)
_CONSENTED_AT: Final = case((_GIVEN.c.origin != Origin.walk_in, func.clock_timestamp()))
_CONFIRMED_AT: Final = case((_GIVEN.c.queue_position.is_(None), func.clock_timestamp()))
_ENTER: Final = (
    insert(_REGISTRATIONS)
    .from_select(
        [*_GIVEN.c.keys(), "event_id", "ical_sequence", "consented_at", "confirmed_at"],
        select(*_GIVEN.c, _OF_EVENT, _NEXT_SEQUENCE, _CONSENTED_AT, _CONFIRMED_AT),
        include_defaults=False,
    )
    .on_conflict_do_nothing(index_elements=["event_id", "person_key"], index_where=queries.LIVE_SQL)
    .returning(_REGISTRATIONS.c.id, _REGISTRATIONS.c.ical_sequence)
)


def _answers(event: Event, admitted: Sequence[_Admitted]) -> Iterator[tuple[Applicant, RegistrationAnswer]]:
    summary = EventSummary.model_validate(event)
    for one in admitted:
        seat = one.shown_seat()
        registration_id = RegistrationId(one.known.id if one.known else one.applicant.registration_id)
        yield (
            one.applicant,
            RegistrationAnswer(id=registration_id, state=_state(seat), queue_place=seat.queue_place, event=summary),
        )
