"""Admissions: the seats for people who register, alone or in a batch. No other module writes new registrations.

Each applicant gets the answer that they would get alone, in turn. `Applicant` computes all that needs no database, so
that only statements run between the event's lock and the commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypedDict
from uuid import UUID

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.spellings import spelling_key
from services.events.events import seats
from services.events.events.errors import EventIsCancelled
from services.events.events.models import Event
from services.events.events.seats import AdmissionRule, Seat, SeatLedger
from services.events.events.terms import EventId, EventMode, EventStatus, RegistrationState
from services.events.mails import service as mails
from services.events.mails.service import Notification
from services.events.mails.terms import MailKind
from services.events.organisations.joining import WhereFrom, organisation_of
from services.events.organisations.queries import choices
from services.kernel.background.outbox import announce_all
from services.kernel.collation import finnish_sort_key
from services.kernel.data.ids import new_private_id
from services.kernel.data.rows import among, arrays, columns_of
from services.kernel.text import pick
from services.kernel.web.errors import DomainError, NotKnownYet

from . import organisations, persons, queries
from .errors import EventFull, RegistrationClosed, RegistrationNotOpen, RegistrationNotRequired
from .messages import RegistrationConfirmed, RegistrationWaitlisted
from .models import Registration
from .notifications import link_mail_of, mail_with_links
from .organisations import Subject, subject_of
from .queries import EarlierRow, KnownPersons, LivePerson
from .recipient_limit import RecipientRateLimit
from .schemas import EventSummary, PersonCreate, RegistrationAnswer, RegistrationCreate
from .terms import AttendanceStatus, EnteredBy, LiveState, Origin, RegistrationId, State, calendar_uid, person_key

SeatOutcome = RegistrationAnswer | DomainError


class AdmissionConflict(Exception):
    """The event changed since its lock was taken, e.g. registration closed meanwhile."""


@dataclass(slots=True, eq=False)
class Applicant:
    """A person to admit, the admission rule, and all facts about them that need no database."""

    person: PersonCreate
    rule: AdmissionRule
    origin: Origin
    force_reason: str | None = None
    # None where the person's mails are not counted.
    recipient_limit: RecipientRateLimit | None = None
    registration_id: UUID = field(default_factory=new_private_id)
    person_key: bytes = b""
    sort_key: str = ""
    organisation_key: str | None = None
    # Why they cannot be admitted whatever seats are left.
    refused: DomainError | None = None
    # Whether their mail is within the limit. It is counted once, however often their admission is tried.
    _is_within_limit: bool | None = None

    def __post_init__(self) -> None:
        self.sort_key = finnish_sort_key(self.person.name)
        self.name_organisation(self.person.organisation)

    def name_organisation(self, name: str | None) -> None:
        """Register the person under this name of an organisation."""
        if name != self.person.organisation:
            self.person = self.person.model_copy(update={"organisation": name})
        self.person_key = person_key(self.person.email, self.person.name, name)
        self.organisation_key = spelling_key(name)

    def as_person(self, event: Event, seat: Seat) -> LivePerson:
        """Return the person as they are registered now."""
        return LivePerson(
            id=self.registration_id,
            name=self.person.name,
            email=self.person.email,
            language=self.person.language,
            ical_uid=calendar_uid(self.registration_id),
            ical_sequence=-event.ical_sequence,
            queue_position=seat.queue_position,
            queue_place=seat.queue_place,
        )

    def is_by_staff(self) -> bool:
        """Return whether the event's staff register them."""
        return self.origin is not Origin.public

    def gets_mail(self) -> bool:
        """Return whether a mail may be sent to them; count it where mails to their address are limited."""
        if self.recipient_limit is None or self.person.email is None:
            return self.origin is not Origin.walk_in
        if self._is_within_limit is None:
            self._is_within_limit = self.recipient_limit.count_mail(self.person.email)
        return self._is_within_limit


def public_applicant(body: RegistrationCreate, recipient_limit: RecipientRateLimit) -> Applicant:
    """Make an applicant who is not registered by the event's staff."""
    return Applicant(body, AdmissionRule.in_window, Origin.public, recipient_limit=recipient_limit)


def applicant_of_staff(body: RegistrationCreate) -> Applicant:
    """Make an applicant that the staff register: outside the window, and with a reason beyond the capacity."""
    rule = AdmissionRule.forced if body.force_reason else AdmissionRule.any_time
    return Applicant(body, rule, Origin.organiser, body.force_reason)


def walk_in(body: PersonCreate) -> Applicant:
    """Make an applicant who has come already, and needs no open registration, no free seat and no mail."""
    return Applicant(body, AdmissionRule.forced, Origin.walk_in)


@dataclass(frozen=True, slots=True)
class _Admitted:
    """An applicant with the seat that was offered; `known` where they have a live registration and took no seat.

    `earlier` is the cancelled row that stood for a person who registers again.
    """

    applicant: Applicant
    seat: Seat
    known: LivePerson | None
    earlier: EarlierRow | None

    def shown_seat(self) -> Seat:
        """Return the seat that the answer shows: to staff a known person's own, to others that of a new person."""
        if self.known is None or not self.applicant.is_by_staff():
            return self.seat
        return Seat(self.known.queue_position, self.known.queue_place)


async def check_choices(session: AsyncSession, applicants: Sequence[Applicant]) -> None:
    """Refuse those who chose an unknown organisation or project; name the chosen one where they wrote none.

    The name is the same in every language, because it identifies a person without an address.
    It needs no lock, and no statement where no one chose. Requires: a person is looked up only afterwards, by the key
    that the name gives them.
    """
    chosen = {applicant: applicant.person.choices() for applicant in applicants}
    if not any(chosen.values()):
        return
    known = await choices(session, [choice for made in chosen.values() for choice in made])
    for applicant, made in chosen.items():
        if not organisations.are_known(made, known):
            applicant.refused = NotKnownYet()
        elif applicant.person.organisation is None:
            names = [name for choice in made if (name := known[choice])]
            applicant.name_organisation(pick(names[0])[0] if names else None)


async def admit(session: AsyncSession, ledger: SeatLedger, applicants: Sequence[Applicant]) -> list[SeatOutcome]:
    """Give each, in their order, a seat, a place on the waiting list or a refusal; announce and mail it.

    Returns: one outcome for each applicant, in their order.
    Raises: AdmissionConflict (the transaction must be undone).
    Requires: the ledger was opened in this transaction, which is committed before an outcome leaves.
    """
    if not any(ledger.offer(applicant.rule) for applicant in applicants):
        return [refusal(ledger, applicant.rule) for applicant in applicants]
    keys = [applicant.person_key for applicant in applicants]
    known = await queries.known_persons(session, ledger.event.id, keys)
    admitted = list(_in_turn(ledger, applicants, known))
    await _write(session, ledger, admitted)
    answers = dict(_answers(ledger.event, admitted))
    return [answers.get(one) or one.refused or refusal(ledger, one.rule) for one in applicants]


def refusal(ledger: SeatLedger, rule: AdmissionRule) -> DomainError:
    """Return the refusal that states why no seat was given. In an open state, this batch has taken the last one."""
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


def _in_turn(ledger: SeatLedger, applicants: Sequence[Applicant], known: KnownPersons) -> Iterator[_Admitted]:
    """Offer to each the seats that are left. A known person is offered the same as a new person and takes none."""
    registered = dict(known.live)
    for applicant in applicants:
        seat = None if applicant.refused else ledger.offer(applicant.rule)
        if seat is None:
            continue
        person = registered.get(applicant.person_key)
        if person is None:
            ledger.give(seat, applicant.rule)
            registered[applicant.person_key] = applicant.as_person(ledger.event, seat)
        earlier = known.earlier.get(applicant.person_key) if person is None else None
        yield _Admitted(applicant, seat, person, earlier)


async def _write(session: AsyncSession, ledger: SeatLedger, admitted: Sequence[_Admitted]) -> None:
    """Write counters, rows, organisations, announcements and mails of all that were admitted.

    The same statements are sent for people who are registered, were registered or never were: the time of the answer
    does not disclose which.
    """
    event, new = ledger.event, [admission for admission in admitted if admission.known is None]
    if not await seats.take_seats(session, ledger):
        raise AdmissionConflict
    returning = [(admission.applicant, admission.earlier) for admission in new if admission.earlier is not None]
    await _step_aside(session, [earlier for _, earlier in returning])
    subjects = await _insert(session, event, new)
    await _take_over(session, ledger, returning, subjects)
    await organisations.count_registered(session, EventId(event.id), subjects.values())
    await announce_all(session, [_announcement(event, admission) for admission in new])
    if not ledger.has_ended:
        mailed = [_mail(event, admission) for admission in admitted if admission.applicant.gets_mail()]
        await mail_with_links(session, mailed, event)


def _announcement(event: Event, admission: _Admitted) -> RegistrationConfirmed | RegistrationWaitlisted:
    announcement = RegistrationWaitlisted if admission.seat.is_waiting() else RegistrationConfirmed
    return announcement(registration_id=admission.applicant.registration_id, event_id=event.id)


def _mail(event: Event, admission: _Admitted) -> Notification:
    if admission.known is not None:
        return link_mail_of(admission.known, admission.known.queue_place)
    kind = MailKind.queued if admission.seat.is_waiting() else MailKind.confirmation
    person = admission.applicant.as_person(event, admission.seat)
    return Notification(kind, person, queue_place=person.queue_place)


async def _step_aside(session: AsyncSession, earlier: Sequence[EarlierRow]) -> None:
    """Let the cancelled rows of persons who register again stand for them no longer."""
    await session.execute(
        update(Registration)
        .where(among(Registration.id, [row.id for row in earlier]))
        .values(
            is_standing=False,
            attendance=AttendanceStatus.unknown,
            attendance_marked_at=None,
            version=Registration.version + 1,
        )
        .execution_options(synchronize_session=False)
    )


async def _take_over(
    session: AsyncSession,
    ledger: SeatLedger,
    returning: Sequence[tuple[Applicant, EarlierRow]],
    subjects: Mapping[UUID, Subject],
) -> None:
    """Give the attendance and the feedback invitations of persons who register again to their new rows."""
    if not returning:
        return
    marks = [
        replace(
            earlier,
            mode=_mode(ledger.event, applicant),
            organisation_id=subjects[applicant.registration_id].organisation_id,
            organisation_key=applicant.organisation_key,
        )
        for applicant, earlier in returning
    ]
    before, after = persons.tally(earlier for _, earlier in returning), persons.tally(marks)
    await persons.recount(session, ledger.event, before=before, after=after)
    if ledger.has_ended:  # No person is invited before.
        for applicant, earlier in returning:
            await mails.hand_over_invitation(session, earlier.id, to=applicant.registration_id)


def _mode(event: Event, applicant: Applicant) -> str | None:
    """Return how the person takes part in a hybrid event; an event of one mode leaves no choice."""
    return applicant.person.mode if event.mode == EventMode.hybrid else None


def _state(seat: Seat) -> LiveState:
    return State.waitlisted if seat.is_waiting() else State.confirmed


class _Row(TypedDict):
    id: UUID
    state: str
    name: str
    sort_key: str
    email: str | None
    person_key: bytes
    organisation: str | None
    organisation_key: str | None
    chosen_organisation_id: UUID | None
    project_id: UUID | None
    organisation_kind: str | None
    language: str
    mode: str | None
    origin: str
    entered_by: str
    force_reason: str | None
    queue_position: int | None
    attendance: str
    attendance_marked_at: datetime | None
    ical_uid: str
    ical_sequence: int


async def _insert(session: AsyncSession, event: Event, new: Sequence[_Admitted]) -> dict[UUID, Subject]:
    """Insert the rows, each joined to its organisation where that is known. Returns what each counts under, by id.

    Raises AdmissionConflict where a person is registered already.
    """
    rows = [_row(event, admission) for admission in new]
    parameters = {
        **columns_of(rows, _Row.__annotations__),
        "of_event": event.id,
        "of_coordination": event.coordination_id,
    }
    inserted = {row[0]: subject_of(row[1], row[2]) for row in await session.execute(_INSERT, parameters)}
    if len(inserted) != len(rows):
        raise AdmissionConflict
    return inserted


def _row(event: Event, admission: _Admitted) -> _Row:
    applicant, seat, earlier = admission.applicant, admission.seat, admission.earlier
    person = applicant.person
    return {
        "id": applicant.registration_id,
        "state": _state(seat),
        "name": person.name,
        "sort_key": applicant.sort_key,
        "email": person.email,
        "person_key": applicant.person_key,
        "organisation": person.organisation,
        "organisation_key": applicant.organisation_key,
        "chosen_organisation_id": person.organisation_id,
        "project_id": person.project_id,
        "organisation_kind": person.organisation_kind,
        "language": person.language,
        "mode": _mode(event, applicant),
        "origin": applicant.origin,
        "entered_by": EnteredBy.organiser if applicant.is_by_staff() else EnteredBy.person,
        "force_reason": applicant.force_reason,
        "queue_position": seat.queue_position,
        "attendance": earlier.attendance if earlier else AttendanceStatus.unknown,
        "attendance_marked_at": earlier.attendance_marked_at if earlier else None,
        "ical_uid": calendar_uid(applicant.registration_id),
        "ical_sequence": -event.ical_sequence,
    }


_REGISTRATIONS: Final = Registration.metadata.tables[Registration.__tablename__]
_ROWS: Final = arrays(_REGISTRATIONS, tuple(_Row.__annotations__))
_OF_EVENT: Final = bindparam("of_event", type_=_REGISTRATIONS.c.event_id.type)
# Under the event's lock, so that a decision is seen here or by the recount, which joins the registrations anew.
_ORGANISATION_ID: Final = organisation_of(
    WhereFrom(
        coordination_id=bindparam("of_coordination", type_=Event.coordination_id.type),
        organisation_key=_ROWS.c.organisation_key,
        email=_ROWS.c.email,
        chosen_organisation_id=_ROWS.c.chosen_organisation_id,
        project_id=_ROWS.c.project_id,
    )
)
_CONSENTED_AT: Final = case((_ROWS.c.origin != Origin.walk_in, func.clock_timestamp()))
_CONFIRMED_AT: Final = case((_ROWS.c.queue_position.is_(None), func.clock_timestamp()))
_INSERT: Final = (
    insert(_REGISTRATIONS)
    .from_select(
        [*_ROWS.c.keys(), "event_id", "organisation_id", "consented_at", "confirmed_at"],
        select(*_ROWS.c, _OF_EVENT, _ORGANISATION_ID, _CONSENTED_AT, _CONFIRMED_AT),
        include_defaults=False,
    )
    .on_conflict_do_nothing(index_elements=["event_id", "person_key"], index_where=queries.STANDING_SQL)
    .returning(*(_REGISTRATIONS.c[name] for name in ("id", "organisation_id", "organisation_key")))
)


def _answers(event: Event, admitted: Sequence[_Admitted]) -> Iterator[tuple[Applicant, RegistrationAnswer]]:
    summary = EventSummary.model_validate(event)
    for admission in admitted:
        seat, known = admission.shown_seat(), admission.known
        registration_id = RegistrationId(known.id if known else admission.applicant.registration_id)
        yield (
            admission.applicant,
            RegistrationAnswer(id=registration_id, state=_state(seat), queue_place=seat.queue_place, event=summary),
        )
