"""Every SELECT of registrations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, LargeBinary, and_, any_, bindparam, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.events.events import queries as event_queries
from services.events.events.access import may_change
from services.events.events.deadlines import cancel_until
from services.events.events.email_addresses import same_mailbox
from services.events.events.facts import NOW, is_postponed
from services.events.events.models import Event
from services.events.events.terms import EventId, EventStatus
from services.kernel.audit.notes import note_object
from services.kernel.data.ids import secret_hash
from services.kernel.data.rows import among
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from .access import visible_to
from .models import Registration, RegistrationLink
from .schemas import EventSummary, RegistrationQuery, RegistrationRead, RegistrationSelf
from .terms import CancelledBy, PartMode, RegistrationId, State, same_name

LIVE = Registration.state.in_([State.confirmed, State.waitlisted])
# In the words of the unique index, by which PostgreSQL recognises it.
STANDING_SQL = text("is_standing")
CANCELLED_SQL = text("state = 'cancelled'")


async def event_of_staff(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """Return the event whose registrations the caller may see. Raises NotFound."""
    event = await event_queries.get(session, principal, ref)
    if not may_change(principal, event.coordination_id):
        raise NotFound
    return event


def listing(event: Event, query: RegistrationQuery) -> Listing[RegistrationRead]:
    """Return the registrations of an event that match the query."""
    statement = select(Registration).where(Registration.event_id == event.id)
    chosen = {
        Registration.state: query.state,
        Registration.origin: query.origin,
        Registration.attendance: query.attendance,
    }
    for column, values in chosen.items():
        if values:
            statement = statement.where(column.in_(values))
    if query.q:
        parts = (Registration.name, func.coalesce(Registration.organisation, ""))
        statement = statement.where(or_(*(part.icontains(query.q, autoescape=True) for part in parts)))
    return Listing(
        name="registrations",
        select=statement,
        read=RegistrationRead.model_validate,
        model=RegistrationRead,
        key=Registration.id,
        default_sort="created_at",
        sort_keys={
            "created_at": Registration.created_at,
            "name": Registration.sort_key,
            "queue_position": func.coalesce(Registration.queue_position, 0),
        },
    )


async def get(session: AsyncSession, principal: Principal, registration_id: RegistrationId) -> Registration:
    """Return one registration for the staff. Raises NotFound."""
    coordination = select(Event.coordination_id).where(Event.id == Registration.event_id).scalar_subquery()
    statement = select(Registration, coordination).where(Registration.id == registration_id, visible_to(principal))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    registration, coordination_id = row
    note_object(registration.event_id, coordination_id=coordination_id)
    return registration


async def get_by_token(session: AsyncSession, token: str) -> Registration:
    """Return the registration that a manage link belongs to. Raises NotFound."""
    owner = select(RegistrationLink.registration_id).where(RegistrationLink.token_hash == secret_hash(token))
    registration = await session.scalar(select(Registration).where(Registration.id == owner.scalar_subquery()))
    if registration is None:
        raise NotFound
    return registration


async def lock_with_event(session: AsyncSession, registration: Registration) -> Event:
    """Lock the event and read the registration anew, so that no other transaction changes it until this one ends."""
    event = await event_queries.lock(session, EventId(registration.event_id))
    await session.refresh(registration)
    return event


@dataclass(frozen=True, slots=True)
class LivePerson:
    """The facts about a registered person that a mail or an answer to them needs."""

    id: UUID
    name: str
    email: str | None
    language: str
    ical_uid: str
    ical_sequence: int
    # None for a person who does not wait.
    queue_position: int | None
    queue_place: int | None

    @property
    def is_invited(self) -> bool:
        """Whether they have a seat."""
        return self.queue_position is None


@dataclass(frozen=True, slots=True)
class EarlierRow:
    """The cancelled row that stands for a person until they register again, with all that the new row takes over."""

    id: UUID
    state: str
    mode: str | None
    organisation_id: UUID | None
    organisation_key: str | None
    attendance: str
    attendance_marked_at: datetime | None
    is_standing: bool = True


@dataclass(frozen=True, slots=True)
class KnownPersons:
    """Persons who have a registration already, by key: those with a live one, and those whose last one is cancelled."""

    live: dict[bytes, LivePerson]
    earlier: dict[bytes, EarlierRow]


_WAITS: Final = Registration.state == State.waitlisted
_AHEAD: Final = aliased(Registration)
_QUEUE_PLACE: Final = case(
    (
        _WAITS,
        select(func.count())
        .where(
            _AHEAD.event_id == Registration.event_id,
            _AHEAD.state == State.waitlisted,
            _AHEAD.queue_position <= Registration.queue_position,
        )
        .scalar_subquery(),
    )
)
_PERSON: Final = (
    Registration.id,
    Registration.name,
    Registration.email,
    Registration.language,
    Registration.ical_uid,
    Registration.ical_sequence,
    case((_WAITS, Registration.queue_position)),
    _QUEUE_PLACE,
)
_STANDING_PERSONS: Final = select(
    Registration.person_key,
    Registration.state,
    Registration.mode,
    Registration.organisation_id,
    Registration.organisation_key,
    Registration.attendance,
    Registration.attendance_marked_at,
    *_PERSON,
).where(
    Registration.event_id == bindparam("event_id"),
    STANDING_SQL,
    Registration.person_key == any_(bindparam("keys", type_=ARRAY(LargeBinary))),
)


async def known_persons(session: AsyncSession, event_id: UUID, keys: Sequence[bytes]) -> KnownPersons:
    """Return those of these persons who have a registration already. Requires: the event's lock."""
    known = KnownPersons({}, {})
    for key, state, mode, organisation, spelling, attendance, marked_at, *person in await session.execute(
        _STANDING_PERSONS, {"event_id": event_id, "keys": keys}
    ):
        if state == State.cancelled:
            known.earlier[key] = EarlierRow(person[0], state, mode, organisation, spelling, attendance, marked_at)
        else:
            known.live[key] = LivePerson(*person)
    return known


async def live_of_mailbox(session: AsyncSession, event_id: UUID, mailbox: str) -> list[UUID]:
    """Return the live registrations with the mailbox, by `same_mailbox`, in the order of their ids."""
    domain = mailbox.rpartition("@")[2]
    # Only an address with letters beside ASCII may have the same domain under another spelling.
    is_alike = or_(
        func.lower(Registration.email).endswith(f"@{domain}", autoescape=True),
        Registration.email.op("~")("[^[:ascii:]]"),
    )
    statement = select(Registration.id, Registration.email).where(Registration.event_id == event_id, LIVE, is_alike)
    rows = await session.execute(statement.order_by(Registration.id))
    return [row.id for row in rows if same_mailbox(row.email) == mailbox]


async def live_persons(session: AsyncSession, ids: Sequence[UUID]) -> list[LivePerson]:
    """Return the persons of live registrations, in the order of their ids.

    Requires: the event's lock, and few ids: each place on the waiting list is counted from its beginning.
    """
    statement = select(*_PERSON).where(among(Registration.id, ids), LIVE).order_by(Registration.id)
    return [LivePerson(*person) for person in await session.execute(statement)]


async def waiting_person(session: AsyncSession, event_id: EventId, key: bytes) -> Registration | None:
    """Return the registration of a person on the waiting list. Requires: the event's lock."""
    registration: Registration | None = await session.scalar(
        select(Registration).where(
            Registration.event_id == event_id, Registration.person_key == key, Registration.state == State.waitlisted
        )
    )
    return registration


async def next_in_queue(session: AsyncSession, event_id: UUID, *, limit: int) -> list[Registration]:
    """Return the first registrations of the waiting list, in its order."""
    waiting = select(Registration).where(Registration.event_id == event_id, Registration.state == State.waitlisted)
    return list(await session.scalars(waiting.order_by(Registration.queue_position).limit(limit)))


async def of_event(
    session: AsyncSession, event_id: UUID, condition: ColumnElement[bool], *, after: UUID | None, limit: int
) -> list[Registration]:
    """Return the registrations of an event that meet the condition, by id, after the id `after`."""
    statement = select(Registration).where(Registration.event_id == event_id, condition)
    if after is not None:
        statement = statement.where(Registration.id > after)
    return list(await session.scalars(statement.order_by(Registration.id).limit(limit)))


async def standing_for(
    session: AsyncSession, event_id: UUID, ids: Sequence[RegistrationId]
) -> dict[UUID, Registration]:
    """Return for each of the registrations that belong to the event the one that stands for its person, by id."""
    named = aliased(Registration)
    same_person = (Registration.event_id == named.event_id, Registration.person_key == named.person_key)
    statement = select(named.id, Registration).join(Registration, and_(*same_person, Registration.is_standing))
    rows = await session.execute(statement.where(named.event_id == event_id, named.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


async def rows_of_persons(session: AsyncSession, registration: Registration, key: bytes) -> list[Registration]:
    """Return the other rows of the registration's person, and all rows of the person with the key at its event."""
    statement = select(Registration).where(
        Registration.event_id == registration.event_id,
        Registration.person_key.in_([registration.person_key, key]),
        Registration.id != registration.id,
        or_(STANDING_SQL, CANCELLED_SQL),
    )
    return list(await session.scalars(statement.order_by(Registration.id)))


@dataclass(frozen=True, slots=True)
class Namesake:
    """A registered person, as door staff may see them, with the key of the person."""

    registration_id: UUID
    name: str
    organisation: str | None
    state: State
    person_key: bytes

    def as_member(self) -> dict[str, str | None]:
        """Return what door staff get to see, as a member of a problem document."""
        return {
            "registration_id": str(self.registration_id),
            "name": self.name,
            "organisation": self.organisation,
            "state": self.state,
        }


async def namesakes(session: AsyncSession, event_id: UUID, name: str) -> list[Namesake]:
    """Return the persons of this name at an event, however it is written, in the order in which they registered."""
    compared = same_name(name)
    statement = select(
        Registration.id, Registration.name, Registration.organisation, Registration.state, Registration.person_key
    ).where(Registration.event_id == event_id, Registration.is_standing)
    rows = await session.execute(statement.order_by(Registration.created_at, Registration.id))
    return [
        Namesake(row.id, row.name, row.organisation, State(row.state), row.person_key)
        for row in rows
        if same_name(row.name) == compared
    ]


async def read_self(session: AsyncSession, registration: Registration) -> RegistrationSelf:
    """Return the registration as its person sees it, with its event, by the database's clock."""
    event = await session.get(Event, registration.event_id)
    assert event is not None  # Only drafts are deleted, and they take no registrations.
    assert registration.email is not None  # Only a mailed link leads here.
    confirmed = registration.state == State.confirmed and event.event_status != EventStatus.cancelled
    return RegistrationSelf(
        id=RegistrationId(registration.id),
        state=State(registration.state),
        queue_place=await queue_place(session, registration),
        name=registration.name,
        email=registration.email,
        organisation=registration.organisation,
        organisation_id=registration.organisation_id,
        project_id=registration.project_id,
        organisation_kind=registration.organisation_kind,
        language=registration.language,
        mode=cast("PartMode | None", registration.mode),
        cancelled_by=CancelledBy(registration.cancelled_by) if registration.cancelled_by else None,
        cancel_reason=registration.cancel_reason,
        created_at=registration.created_at,
        can_cancel=registration.state != State.cancelled and await may_still_cancel(session, registration, event),
        cancel_until_at=cancel_deadline(registration, event),
        join_url=event.join_url if confirmed else None,
        event=EventSummary.model_validate(event),
    )


def cancel_deadline(registration: Registration, event: Event) -> datetime | None:
    """Return the instant until which the person may cancel: the end of the event for a person who waits.

    It is None while the event is postponed: then there is no deadline.
    """
    if is_postponed(event):
        return None
    return event.ends_at if registration.state == State.waitlisted else cancel_until(event)


async def may_still_cancel(session: AsyncSession, registration: Registration, event: Event) -> bool:
    """Return whether the deadline until which the person may cancel has not passed."""
    deadline = cancel_deadline(registration, event)
    return deadline is None or bool(await session.scalar(select(deadline > NOW)))


async def queue_place(session: AsyncSession, registration: Registration) -> int | None:
    """Return the place on the waiting list, 1 is the first; None for a person who does not wait."""
    return await session.scalar(select(_QUEUE_PLACE).where(Registration.id == registration.id))
