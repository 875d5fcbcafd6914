"""Use cases of events."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.background.outbox import announce
from services.kernel.clock import database_now, helsinki_day, helsinki_last_day
from services.kernel.collation import sort_key_of
from services.kernel.data.ids import new_id
from services.kernel.patches import merged_changes, stored_values
from services.kernel.security.auth import Principal
from services.kernel.text import as_slug, pick
from services.kernel.web.errors import Forbidden, Invalid, InvalidField, StateConflict
from services.kernel.web.etags import check_version

from . import people, queries, statuses
from .access import may_change
from .errors import EventIsCancelled, SlugTaken, WouldDisplace
from .messages import EventArchived, EventCancelled, EventChanged, EventCreated, EventFact, EventPublished
from .models import Event
from .schemas import EventCreate, EventPatch
from .seats import free_all
from .terms import MAX_EVENT_DAYS, EventStatus, PublicationStatus

# A change of these is sent to registered persons and their calendar programs; a corrected title is not.
NOTIFIED_FIELDS: Final = frozenset(
    {"starts_at", "ends_at", "time_zone", "mode", "venue", "address", "join_url", "event_status"}
)
_SLUG_LENGTH: Final = 60


async def create_event(session: AsyncSession, principal: Principal, body: EventCreate) -> Event:
    """Create an event as a draft and announce it. Raises: Forbidden, SlugTaken, Invalid."""
    if not may_change(principal, body.coordination_id):
        raise Forbidden
    event_id = new_id()
    values = {
        **body.model_dump(),
        "id": event_id,
        "sort_key": sort_key_of(body.title),
        "ical_uid": f"{event_id}@vipu",
    }
    check_times(body)
    event = await _insert(session, {**values, "slug": body.slug or _slug_of(body)})
    if event is None and body.slug is None:
        event = await _insert(session, {**values, "slug": f"{_slug_of(body)}-{event_id.hex[-6:]}"})
    if event is None:
        raise SlugTaken
    await announce(session, EventCreated.model_validate(_state(event)))
    return event


async def _insert(session: AsyncSession, values: Mapping[str, object]) -> Event | None:
    statement = insert(Event).values(dict(values)).on_conflict_do_nothing(index_elements=["slug"])
    event: Event | None = await session.scalar(statement.returning(Event))
    return event


def _slug_of(body: EventCreate) -> str:
    """Return the title in plain letters and the day, e.g. `hankekahvit-2026-10-14`."""
    words = as_slug(pick(body.title)[0], max_length=_SLUG_LENGTH)
    return f"{words or body.type.value.replace('_', '-')}-{helsinki_day(body.starts_at).isoformat()}"


def _state(event: Event) -> dict[str, object]:
    """Return the fields of an announcement: what the other services copy of the event."""
    own = {name: getattr(event, name, None) for name in EventFact.model_fields}
    return {
        **own,
        "event_id": event.id,
        "first_on": helsinki_day(event.starts_at),
        "last_on": helsinki_last_day(event.ends_at),
    }


class _Times(Protocol):
    """The instants of an event, of a new one or as a change would make them."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def registration_opens_at(self) -> datetime | None: ...
    @property
    def registration_closes_at(self) -> datetime | None: ...
    @property
    def cancel_until_at(self) -> datetime | None: ...


def check_times(event: _Times) -> None:
    """Check that the event's instants do not contradict each other. Raises Invalid."""
    if errors := list(_contradictions(event)):
        raise Invalid(errors=errors)


def _contradictions(event: _Times) -> Iterator[InvalidField]:
    opens_at, closes_at, cancel_until_at = (
        event.registration_opens_at,
        event.registration_closes_at,
        event.cancel_until_at,
    )
    if event.ends_at <= event.starts_at:
        yield InvalidField("/body/ends_at", "ends-before-start", Phrase("fields.ends-before-start"))
    if event.ends_at - event.starts_at > timedelta(days=MAX_EVENT_DAYS):
        yield InvalidField("/body/ends_at", "too-long", Phrase("fields.event-too-long", count=MAX_EVENT_DAYS))
    if opens_at and closes_at and closes_at <= opens_at:
        yield InvalidField(
            "/body/registration_closes_at", "closes-before-opening", Phrase("fields.closes-before-opening")
        )
    if closes_at and closes_at > event.ends_at:
        yield InvalidField("/body/registration_closes_at", "closes-after-end", Phrase("fields.closes-after-end"))
    if cancel_until_at and cancel_until_at > event.ends_at:
        yield InvalidField("/body/cancel_until_at", "cancels-after-end", Phrase("fields.cancels-after-end"))


async def change_event(session: AsyncSession, event: Event, body: EventPatch, *, read_version: int) -> bool:
    """Change the fields of the patch and announce it. A patch with the present values changes nothing.

    Returns whether registered persons must be notified.
    Raises: VersionMismatch, EventIsCancelled, WouldDisplace, Invalid. Requires: the caller holds the event's lock.
    """
    check_version(event.version, read_version)
    if event.event_status == EventStatus.cancelled:
        raise EventIsCancelled
    changed = merged_changes(body, stored_values(event, body))
    if not changed:
        return False
    has_ended = await queries.has_ended(session, event)
    before = {name: getattr(event, name) for name in NOTIFIED_FIELDS}
    _apply(event, changed, started_before=event.starts_at)
    must_notify = event.published_at is not None and any(getattr(event, name) != old for name, old in before.items())
    if must_notify:
        event.ical_sequence += 1
    if must_notify and not has_ended and event.starts_at != before["starts_at"]:
        _mark_rescheduled(event, body, started_before=before["starts_at"])
    await _touch(session, event)
    await announce(session, EventChanged.model_validate(_state(event)))
    return must_notify


def _apply(event: Event, changed: Mapping[str, object], *, started_before: datetime) -> None:
    for name, value in changed.items():
        setattr(event, name, value)
    event.sort_key = sort_key_of(event.title)
    statuses.settle(event, changed, started_before=started_before)
    check_times(event)
    if event.capacity is not None and event.capacity < event.confirmed_count:
        raise WouldDisplace(
            members={"count": event.confirmed_count - event.capacity, "confirmed_count": event.confirmed_count}
        )


def _mark_rescheduled(event: Event, body: EventPatch, *, started_before: datetime) -> None:
    event.previous_starts_at = started_before
    if "event_status" not in body.model_fields_set and event.event_status != EventStatus.moved_online:
        event.event_status = EventStatus.rescheduled


async def _touch(session: AsyncSession, event: Event) -> None:
    event.version += 1
    event.updated_at = await database_now(session)
    await session.flush()  # The CHECK constraints decide before anything is announced.


async def publish_event(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """Make a draft public and announce it. Raises: NotFound, Forbidden, StateConflict, EventIsCancelled."""
    event = await queries.get_for_change(session, principal, ref)
    if event.event_status == EventStatus.cancelled:
        raise EventIsCancelled
    if event.publication_status != PublicationStatus.draft:
        raise StateConflict(Phrase("details.event-published-before"))
    event.publication_status = PublicationStatus.published
    event.published_at = await database_now(session)
    await _touch(session, event)
    await announce(session, EventPublished.model_validate(_state(event)))
    return event


async def archive_event(session: AsyncSession, principal: Principal, ref: str) -> Event:
    """Remove an ended or cancelled event from the public lists. Raises: NotFound, Forbidden, StateConflict."""
    event = await queries.get_for_change(session, principal, ref)
    is_over = event.event_status == EventStatus.cancelled or await queries.has_ended(session, event)
    if event.publication_status != PublicationStatus.published or not is_over:
        raise StateConflict(Phrase("details.event-not-archivable"))
    event.publication_status = PublicationStatus.archived
    await _touch(session, event)
    await announce(session, EventArchived.model_validate(_state(event)))
    return event


async def cancel_event(session: AsyncSession, event: Event, *, reason: dict[str, str]) -> None:
    """Cancel the event for good, free its seats and announce it.

    Raises EventIsCancelled. Requires: the caller holds the event's lock and cancels its registrations.
    """
    if event.event_status == EventStatus.cancelled:
        raise EventIsCancelled
    event.event_status = EventStatus.cancelled
    event.cancel_reason = reason
    event.cancelled_at = await database_now(session)
    event.ical_sequence += 1
    free_all(event)
    await _touch(session, event)
    await announce(session, EventCancelled.model_validate(_state(event)))


async def record_heads(session: AsyncSession, event: Event, heads: people.Heads) -> None:
    """Record the people who came besides the names, or remove them. Requires: the caller holds the event's lock."""
    people.record_heads(event, heads)
    await _touch(session, event)
