"""Persons at an event: the one row that stands for each, and what these rows add to the counts.

A person may have several rows, because a cancelled one stays. The live one stands for the person, else the latest. It
alone has an attendance, so a person counts once, however many rows they have.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.spellings import spelling_key
from services.events.events.models import Event
from services.events.events.people import PersonCounts, count_persons
from services.events.events.terms import EventId
from services.kernel.collation import finnish_sort_key

from . import organisations, queries
from .errors import SamePersonRegistered
from .models import Registration
from .organisations import Subject, subject_of_row
from .terms import PRESENT, AttendanceStatus, State, person_key


class CountedRow(Protocol):
    """The facts of a registration that the counts depend on."""

    @property
    def state(self) -> str:
        """Confirmed, waitlisted or cancelled."""

    @property
    def is_standing(self) -> bool:
        """Whether the row stands for its person."""

    @property
    def attendance(self) -> str:
        """Whether the person came."""

    @property
    def mode(self) -> str | None:
        """How the person takes part in a hybrid event."""

    @property
    def organisation_id(self) -> UUID | None:
        """The organisation that the person is joined to."""

    @property
    def organisation_key(self) -> str | None:
        """The person's organisation as it is compared."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers that some rows add to the counters of their event, and to those of each organisation at it."""

    persons: PersonCounts
    registered: Counter[Subject]
    attended: Counter[Subject]


def tally(rows: Iterable[CountedRow]) -> Tally:
    """Return what the rows add to the counts now."""
    standing = [row for row in rows if row.is_standing]
    present = [row for row in standing if row.attendance in PRESENT]
    return Tally(
        PersonCounts(
            attended=len(present),
            attended_onsite=sum(row.mode == "onsite" for row in present),
            attended_online=sum(row.mode == "online" for row in present),
        ),
        registered=Counter(map(subject_of_row, (row for row in standing if row.state != State.cancelled))),
        attended=Counter(map(subject_of_row, present)),
    )


async def recount(session: AsyncSession, event: Event, *, before: Tally, after: Tally) -> None:
    """Change the counts by what a change of some rows makes. Requires: the caller holds the event's lock."""
    count_persons(event, after.persons.minus(before.persons))
    await organisations.count(
        session,
        EventId(event.id),
        registered=_change(before.registered, after.registered),
        attended=_change(before.attended, after.attended),
    )


def _change(before: Counter[Subject], after: Counter[Subject]) -> Counter[Subject]:
    """Return how much more each counts now; less is a negative number."""
    change = Counter(after)
    change.subtract(before)
    return change


async def correct(
    session: AsyncSession, event: Event, registration: Registration, changed: Mapping[str, object]
) -> None:
    """Set facts of a registration. Where that makes it another person, one row stands for each person afterwards.

    The counts follow. Raises SamePersonRegistered. Requires: the caller holds the event's lock.
    """
    key = _key_with(registration, changed)
    others = await queries.rows_of_persons(session, registration, key) if key != registration.person_key else []
    before = tally([registration, *others])
    if key != registration.person_key:
        await _become(session, registration, key, others)
    for name, value in changed.items():
        setattr(registration, name, value)
    registration.sort_key = finnish_sort_key(registration.name)
    registration.organisation_key = spelling_key(registration.organisation)
    registration.version += 1
    # The constraints decide before the change is counted. From here on a recount waits for this transaction: without
    # it, neither the join nor the recount would see a decision that arrives between them.
    await session.flush()
    await organisations.join(session, event, registration)
    await session.flush()  # registration.organisation_id, which the counts go by.
    await recount(session, event, before=before, after=tally([registration, *others]))


def _key_with(registration: Registration, changed: Mapping[str, object]) -> bytes:
    """Return the key of the person that the change makes of the registration."""
    email, name, organisation = (changed.get(it, getattr(registration, it)) for it in ("email", "name", "organisation"))
    return person_key(
        None if email is None else str(email), str(name), None if organisation is None else str(organisation)
    )


async def _become(session: AsyncSession, row: Registration, key: bytes, others: Sequence[Registration]) -> None:
    """Part the row from its person, and join it to the one with the key. Raises SamePersonRegistered."""
    left = [other for other in others if other.person_key == row.person_key]
    joined = next((other for other in others if other.person_key == key and other.is_standing), None)
    if joined is not None and State.cancelled not in {row.state, joined.state}:
        raise SamePersonRegistered
    await _part(session, row, left)
    if joined is not None:
        stays, yields = sorted((row, joined), key=_rank, reverse=True)
        _step_aside(yields, to=stays)
        if yields is joined:
            await session.flush()  # The row takes its place in the unique index.
    row.person_key = key


async def _part(session: AsyncSession, row: Registration, left: Sequence[Registration]) -> None:
    """Let the row stand alone under a key of its own, and the first of the others for the person that it leaves."""
    standing = next((other for other in left if other.is_standing), None)
    if standing is not None:
        _stand_again(row, instead_of=standing)
    row.person_key = row.id.bytes
    await session.flush()  # Another row takes its place in the unique index.
    if standing is None and left:
        _stand_again(max(left, key=_rank), instead_of=row)


def _rank(row: Registration) -> tuple[bool, datetime, UUID]:
    """Return what decides which row of a person stands: the live one, else the latest."""
    return row.state != State.cancelled, row.created_at, row.id


def _step_aside(row: Registration, *, to: Registration) -> None:
    """Let another row stand for the person, and have the mark if it has none or says that the person did not come."""
    row.is_standing = False
    row.version += 1
    if row.attendance == AttendanceStatus.unknown:
        return
    row.attendance_set_aside, row.attendance = row.attendance, AttendanceStatus.unknown
    came = row.attendance_set_aside in PRESENT and to.attendance not in PRESENT
    if came or to.attendance == AttendanceStatus.unknown:
        to.attendance, to.attendance_marked_at = row.attendance_set_aside, row.attendance_marked_at


def _stand_again(row: Registration, *, instead_of: Registration) -> None:
    """Let the row stand with its own mark, which the other row no longer has."""
    row.is_standing = True
    row.version += 1
    own, row.attendance_set_aside = row.attendance_set_aside, None
    if own is None:
        return
    row.attendance = own
    if (instead_of.attendance, instead_of.attendance_marked_at) == (own, row.attendance_marked_at):
        instead_of.attendance, instead_of.attendance_marked_at = AttendanceStatus.unknown, None
