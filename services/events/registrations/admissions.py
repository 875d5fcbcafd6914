"""Admissions: many strangers who register to one event at once are admitted in one transaction, in their order.

Each gets the answer that they would get alone, in turn. All that can be done beforehand is done in `Applicant`;
between the event's lock and the commit there are statements only.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import seats
from services.events.events.models import Event
from services.events.events.seats import Admission, Hall, Seat
from services.events.events.terms import EventId, EventMode
from services.events.mails.terms import MailKind
from services.kernel.background.outbox import announce_all
from services.kernel.data.ids import new_private_id
from services.kernel.data.rows import arrays, columns_of
from services.kernel.web import idempotency
from services.kernel.web.errors import DomainError, NotFound
from services.kernel.web.idempotency import Claim, Replayed

from . import organisations, queries
from .messages import RegistrationConfirmed, RegistrationWaitlisted
from .models import Registration
from .notifications import mail_with_links
from .queries import LivePerson
from .rations import Rations
from .schemas import EventSummary, RegistrationAnswer, RegistrationCreate
from .service import refusal
from .terms import Origin, RegistrationId, State, organisation_key, person_key

Outcome = RegistrationAnswer | DomainError | Replayed


class Overtaken(Exception):
    """What was seen under the event's lock did not hold to the end, e.g. registration closed meanwhile."""


@dataclass(slots=True, eq=False)
class Applicant:
    """Somebody who waits to be admitted, and everything about them that needs no database."""

    wanted: RegistrationCreate
    claim: Claim | None
    registration_id: UUID = field(default_factory=new_private_id)
    person_key: bytes = b""
    organisation_key: str | None = None
    # Whether their letter was within the ration; counted once, however often their admission is tried.
    has_ration: bool | None = None

    def __post_init__(self) -> None:
        self.person_key = person_key(self.wanted.email, self.wanted.name)
        self.organisation_key = organisation_key(self.wanted.organisation)

    def as_person(self, ical_sequence: int) -> LivePerson:
        """The person as registered by this application."""
        wanted = self.wanted
        return LivePerson(self.registration_id, wanted.name, wanted.email, wanted.language, ical_sequence)

    def spend_ration(self, rations: Rations) -> bool:
        """Whether a letter may go to them."""
        if self.has_ration is None:
            self.has_ration = rations.spend(self.wanted.email)
        return self.has_ration


@dataclass(frozen=True, slots=True)
class _Admitted:
    """An applicant with what was offered; `known` where they have a live registration, and so took nothing."""

    applicant: Applicant
    seat: Seat
    known: LivePerson | None


async def admit(session: AsyncSession, ref: str, applicants: Sequence[Applicant], *, rations: Rations) -> list[Outcome]:
    """Give each, in their order, a seat, a place in the queue, or the reason why not; announce, mail and keep it all.

    Raises Overtaken. Requires: no two applicants have the same Idempotency-Key; the transaction is committed before
    anybody is told, or nobody is.
    """
    kept = await idempotency.claim_all(session, [one.claim for one in applicants if one.claim])
    outcomes: dict[Applicant, Outcome] = {
        one: kept[one.claim.scope] for one in applicants if one.claim and one.claim.scope in kept
    }
    asking = [one for one in applicants if one not in outcomes]
    if asking:
        outcomes.update(await _admit_fresh(session, ref, asking, rations=rations))
    return [outcomes[one] for one in applicants]


async def _admit_fresh(
    session: AsyncSession, ref: str, asking: Sequence[Applicant], *, rations: Rations
) -> dict[Applicant, Outcome]:
    hall = await seats.enter_hall(session, ref)
    if hall is None:
        return {one: NotFound() for one in asking}
    outcomes: dict[Applicant, Outcome] = {}
    admitted: list[_Admitted] = []
    if hall.offered():
        known = await queries.live_persons(session, hall.event.id, [one.person_key for one in asking])
        admitted = list(_in_turn(hall, asking, known))
    if admitted:
        await _write(session, hall, admitted, rations=rations)
        outcomes.update(_answers(hall.event, admitted))
        await idempotency.keep_all(session, list(_kept(admitted, outcomes)))
    for one in asking:
        if one not in outcomes:
            outcomes[one] = refusal(hall.event, hall.state, Admission.in_window)
    return outcomes


def _in_turn(hall: Hall, asking: Sequence[Applicant], known: dict[bytes, LivePerson]) -> Iterator[_Admitted]:
    """What each is offered after all before them. Who is known is answered like a newcomer, and takes nothing."""
    here = dict(known)
    for one in asking:
        seat = hall.offered()
        if seat is None:
            return  # Nothing is left for anybody after them either.
        before = here.get(one.person_key)
        if before is None:
            hall.give(seat)
            here[one.person_key] = one.as_person(0)
        yield _Admitted(one, seat, before)


async def _write(session: AsyncSession, hall: Hall, admitted: Sequence[_Admitted], *, rations: Rations) -> None:
    """Make it true for all of them: counters, rows, organisations, announcements, letters."""
    entered = [one for one in admitted if one.known is None]
    if not await seats.take_many(session, hall):
        raise Overtaken
    sequences = await _enter(session, hall.event, entered)
    counted = Counter(one.applicant.organisation_key for one in entered if one.applicant.organisation_key)
    await organisations.count_registered(session, EventId(hall.event.id), counted)
    await announce_all(session, [_fact(hall.event, one) for one in entered])
    if not hall.has_ended:
        written = [one for one in admitted if one.applicant.spend_ration(rations)]
        await mail_with_links(session, [_letter(one, sequences) for one in written], hall.event)


def _fact(event: Event, one: _Admitted) -> RegistrationConfirmed | RegistrationWaitlisted:
    fact = RegistrationConfirmed if one.seat.queue_position is None else RegistrationWaitlisted
    return fact(registration_id=one.applicant.registration_id, event_id=event.id)


def _letter(one: _Admitted, sequences: dict[UUID, int]) -> tuple[MailKind, LivePerson]:
    if one.known is not None:
        # Somebody of these applicants may have just become known: then their sequence is known since a moment.
        return MailKind.manage_link, replace(
            one.known, ical_sequence=sequences.get(one.known.id, one.known.ical_sequence)
        )
    kind = MailKind.confirmation if one.seat.queue_position is None else MailKind.queued
    return kind, one.applicant.as_person(sequences[one.applicant.registration_id])


async def _enter(session: AsyncSession, event: Event, entered: Sequence[_Admitted]) -> dict[UUID, int]:
    """Write the rows; the SEQUENCE of each. Raises Overtaken where a person is known after all."""
    if not entered:
        return {}
    rows = [_row(event, one) for one in entered]
    found = await session.execute(_ENTER, {**columns_of(rows), "of_event": event.id})
    sequences = {row[0]: row[1] for row in found}
    if len(sequences) != len(rows):
        raise Overtaken
    return sequences


def _row(event: Event, one: _Admitted) -> dict[str, object]:
    wanted = one.applicant.wanted
    return {
        "id": one.applicant.registration_id,
        "state": State.confirmed if one.seat.queue_position is None else State.waitlisted,
        "name": wanted.name,
        "email": wanted.email,
        "person_key": one.applicant.person_key,
        "organisation": wanted.organisation,
        "organisation_key": one.applicant.organisation_key,
        "language": wanted.language,
        "mode": wanted.mode if event.mode == EventMode.hybrid else None,
        "queue_position": one.seat.queue_position,
    }


_REGISTRATIONS: Final = Registration.metadata.tables[Registration.__tablename__]
_GIVEN: Final = arrays(
    _REGISTRATIONS,
    (
        "id",
        "state",
        "name",
        "email",
        "person_key",
        "organisation",
        "organisation_key",
        "language",
        "mode",
        "queue_position",
    ),
)
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
_CONFIRMED_AT: Final = case((_GIVEN.c.queue_position.is_(None), func.clock_timestamp()))
_ENTER: Final = (
    insert(_REGISTRATIONS)
    .from_select(
        [*_GIVEN.c.keys(), "event_id", "origin", "ical_sequence", "consented_at", "confirmed_at"],
        select(
            *_GIVEN.c,
            _OF_EVENT,
            bindparam("origin", Origin.public.value, type_=_REGISTRATIONS.c.origin.type),
            _NEXT_SEQUENCE,
            func.clock_timestamp(),
            _CONFIRMED_AT,
        ),
        include_defaults=False,
    )
    .on_conflict_do_nothing(index_elements=["event_id", "person_key"], index_where=queries.LIVE_SQL)
    .returning(_REGISTRATIONS.c.id, _REGISTRATIONS.c.ical_sequence)
)


def _answers(event: Event, admitted: Sequence[_Admitted]) -> Iterator[tuple[Applicant, RegistrationAnswer]]:
    summary = EventSummary.model_validate(event)
    for one in admitted:
        yield (
            one.applicant,
            RegistrationAnswer(
                id=RegistrationId(one.known.id if one.known else one.applicant.registration_id),
                state=State.confirmed if one.seat.queue_position is None else State.waitlisted,
                queue_place=one.seat.queue_place,
                event=summary,
            ),
        )


def _kept(admitted: Sequence[_Admitted], outcomes: dict[Applicant, Outcome]) -> Iterator[idempotency.Answer]:
    for one in admitted:
        answer = outcomes[one.applicant]
        if one.applicant.claim and isinstance(answer, RegistrationAnswer):
            body = answer.model_dump_json().encode()
            yield idempotency.Answer(one.applicant.claim, 201, {"content-type": "application/json"}, body)
