"""Organisations at events: the people of each who registered and attended, counted with each change.

People who are joined to an organisation count under it, the others under the spelling that waits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol, TypedDict
from uuid import UUID

from sqlalchemy import Text, Uuid, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events.models import Event
from services.events.events.terms import EventId
from services.events.organisations.joining import WhereFrom, organisation_of
from services.events.organisations.queries import choices
from services.kernel.data.rows import arrays, columns_of, insert_all
from services.kernel.web.errors import NotKnownYet

from .models import EventOrganisationCount, Registration
from .terms import PRESENT, State


@dataclass(frozen=True, slots=True)
class Subject:
    """The organisation or, while there is none, the spelling that a person counts under. Without both, under none."""

    organisation_id: UUID | None
    organisation_key: str | None

    def is_nothing(self) -> bool:
        """Return whether the person counts nowhere, because they named no organisation."""
        return self.organisation_id is None and self.organisation_key is None


class _Named(Protocol):
    @property
    def organisation_id(self) -> UUID | None: ...
    @property
    def organisation_key(self) -> str | None: ...


def subject_of(organisation_id: UUID | None, organisation_key: str | None) -> Subject:
    """Return what a person with this joined organisation and this spelling counts under."""
    return Subject(organisation_id, organisation_key if organisation_id is None else None)


def subject_of_row(registration: _Named) -> Subject:
    """Return what the person counts under."""
    return subject_of(registration.organisation_id, registration.organisation_key)


def are_known(chosen: Iterable[UUID], known: Mapping[UUID, object]) -> bool:
    """Return whether each chosen organisation or project is among the known ones."""
    return known.keys() >= set(chosen)


async def check_known(session: AsyncSession, ids: Iterable[UUID]) -> None:
    """Check that each id is a known organisation or project. Raises NotKnownYet."""
    chosen = set(ids)
    if chosen and not are_known(chosen, await choices(session, chosen)):
        raise NotKnownYet


async def join(session: AsyncSession, event: Event, registration: Registration) -> None:
    """Join the person to their organisation by the registration as it now is."""
    origin = WhereFrom(
        coordination_id=literal(event.coordination_id, Uuid()),
        organisation_key=literal(registration.organisation_key, Text()),
        email=literal(registration.email, Text()),
        chosen_organisation_id=literal(registration.chosen_organisation_id, Uuid()),
        project_id=literal(registration.project_id, Uuid()),
    )
    registration.organisation_id = await session.scalar(select(organisation_of(origin)))


_UNIQUE: Final = ("event_id", "organisation_id", "organisation_key")
_NUMBERS: Final = ("registered", "attended")
_NOTHING: Final[Mapping[Subject, int]] = MappingProxyType({})
_COUNTS: Final = EventOrganisationCount.metadata.tables[EventOrganisationCount.__tablename__]
_COUNTED: Final = insert_all(_COUNTS, (*_UNIQUE, *_NUMBERS))
_ADD: Final = _COUNTED.on_conflict_do_update(
    index_elements=_UNIQUE, set_={name: _COUNTS.c[name] + _COUNTED.excluded[name] for name in _NUMBERS}
)
_CHANGES: Final = arrays(_COUNTS, (*_UNIQUE, *_NUMBERS), prefix="of_")
_SUBTRACT: Final = (
    update(_COUNTS)
    .where(*(_COUNTS.c[name].is_not_distinct_from(_CHANGES.c[name]) for name in _UNIQUE))
    .values({name: _COUNTS.c[name] + _CHANGES.c[name] for name in _NUMBERS})
)


class _Count(TypedDict):
    event_id: UUID
    organisation_id: UUID | None
    organisation_key: str | None
    registered: int
    attended: int


async def count(
    session: AsyncSession,
    event_id: EventId,
    *,
    registered: Mapping[Subject, int] = _NOTHING,
    attended: Mapping[Subject, int] = _NOTHING,
) -> None:
    """Add to the counts of organisations and spellings; negative numbers subtract.

    Requires: the caller holds the event's lock.
    """
    rows: list[_Count] = [
        {
            "event_id": event_id,
            "organisation_id": subject.organisation_id,
            "organisation_key": subject.organisation_key,
            "registered": registered.get(subject, 0),
            "attended": attended.get(subject, 0),
        }
        for subject in {**registered, **attended}
        if not subject.is_nothing() and (registered.get(subject) or attended.get(subject))
    ]
    # A CHECK constraint judges the row to insert, also where it would only be added to a row that exists. A person who
    # is subtracted was counted, so their row exists.
    more = [row for row in rows if row["registered"] >= 0 and row["attended"] >= 0]
    less = [row for row in rows if row["registered"] < 0 or row["attended"] < 0]
    if more:
        await session.execute(_ADD, columns_of(more))
    if less:
        await session.execute(_SUBTRACT, columns_of(less, prefix="of_"))


async def count_registered(session: AsyncSession, event_id: EventId, subjects: Iterable[Subject]) -> None:
    """Count people who have just registered, by one statement, which is sent without any of them too.

    Requires: the caller holds the event's lock.
    """
    numbers = Counter(subject for subject in subjects if not subject.is_nothing())
    rows: list[_Count] = [
        {
            "event_id": event_id,
            "organisation_id": subject.organisation_id,
            "organisation_key": subject.organisation_key,
            "registered": number,
            "attended": 0,
        }
        for subject, number in numbers.items()
    ]
    await session.execute(_ADD, columns_of(rows, _Count.__annotations__))


async def reset_registered(session: AsyncSession, event_id: EventId) -> None:
    """Set the registered people of all organisations to zero. Requires: the caller holds the event's lock."""
    counts = EventOrganisationCount
    await session.execute(update(counts).where(counts.event_id == event_id).values(registered=0))


IS_LIVE: Final = Registration.state != State.cancelled
IS_PRESENT: Final = Registration.attendance.in_(PRESENT)
_KEY_IN_WAITING: Final = case((Registration.organisation_id.is_(None), Registration.organisation_key))


async def count_anew(session: AsyncSession, event_id: EventId) -> None:
    """Make all counts of an event equal to its registrations. Requires: the caller holds the event's lock."""
    counts = EventOrganisationCount
    await session.execute(delete(counts).where(counts.event_id == event_id))
    rows = (
        select(
            Registration.event_id,
            Registration.organisation_id,
            _KEY_IN_WAITING,
            func.count().filter(IS_LIVE),
            func.count().filter(IS_PRESENT),
        )
        .where(
            Registration.event_id == event_id,
            or_(Registration.organisation_id.is_not(None), Registration.organisation_key.is_not(None)),
        )
        .group_by(Registration.event_id, Registration.organisation_id, _KEY_IN_WAITING)
    )
    await session.execute(insert(counts).from_select([*_UNIQUE, "registered", "attended"], rows))
