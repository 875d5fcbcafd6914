"""Use cases of events."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.background.outbox import announce
from services.kernel.clock import database_now, helsinki_day, helsinki_last_day
from services.kernel.collation import sort_key_of
from services.kernel.data.ids import new_id
from services.kernel.security.auth import Principal
from services.kernel.text import as_slug, pick
from services.kernel.web.errors import Forbidden, InvalidField, StateConflict
from services.kernel.web.etags import check_version

from . import checks, deadlines, people, queries, references, statuses
from .access import may_change
from .errors import (
    EventHasAttendance,
    EventIsCancelled,
    EventIsOver,
    EventIsPublished,
    SlugTaken,
)
from .facts import valid_start
from .messages import EventArchived, EventCancelled, EventChanged, EventCreated, EventDeleted, EventFact, EventPublished
from .models import Event, PastFacts
from .queries import Standing, facts_in_mails
from .regions import with_scope
from .schemas import EventCreate, EventPatch
from .seats import free_all
from .terms import EventStatus, PublicationStatus

# People who are on their way are mailed at once.
URGENT_WITHIN: Final = timedelta(hours=1)
_SLUG_LENGTH: Final = 60


async def create_event(session: AsyncSession, principal: Principal, body: EventCreate) -> Event:
    """Create an event as a draft and announce it. Raises: Forbidden, NotKnownYet, SlugTaken, Invalid."""
    if not may_change(principal, body.coordination_id):
        raise Forbidden
    await references.check_coordination(session, body.coordination_id)
    await references.check_projects(session, body.project_ids, before=())
    event_id = new_id()
    values = {
        **with_scope(body.model_dump(), before={}),
        "id": event_id,
        "sort_key": sort_key_of(body.title),
        "ical_uid": f"{event_id}@vipu",
    }
    deadlines.check_set_once(body)
    checks.check_times(deadlines.instants_of(body), before=None)
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


async def change_event(
    session: AsyncSession, event: Event, body: EventPatch, *, read_version: int, news_after: timedelta
) -> Sequence[InvalidField]:
    """Change the fields of the patch and announce it. A patch with the present values changes nothing.

    Deadlines follow a new start. The registered persons are due to be mailed after `news_after`, at once where the
    event starts, or was to start, within the hour. The start of a postponed event is none.
    Returns: what the caller should look at.
    Raises: VersionMismatch, EventIsCancelled, NotKnownYet, EventHasAttendance, WouldDisplace, Invalid.
    Requires: the caller holds the event's lock.
    """
    check_version(event.version, read_version)
    if event.event_status == EventStatus.cancelled:
        raise EventIsCancelled
    before_change = {"type": event.type, "scope": event.scope, "areas": event.areas}
    changed = with_scope(deadlines.changed_fields(event, body), before=before_change)
    if not changed:
        return []
    if "project_ids" in changed:
        await references.check_projects(session, body.project_ids, before=event.project_ids)
    standing = await queries.standing(session, event)
    instants, capacity, facts = deadlines.instants_of(event), event.capacity, facts_in_mails(event)
    valid_before = valid_start(event)
    for name, value in changed.items():
        setattr(event, name, value)
    event.sort_key = sort_key_of(event.title)
    sent = body.model_fields_set
    statuses.settle(event, standing, sent=sent, changed=changed, started_before=instants.starts_at)
    checks.check_times(deadlines.instants_of(event), before=instants)
    checks.check_capacity(event, before=capacity)
    checks.check_stays_held(event, standing, changed=changed)
    if event.published_at is not None and facts_in_mails(event) != facts:
        await _keep_past(session, event, facts)
        _note_news(event, standing, started_before=valid_before, news_after=news_after)
    await _touch(session, event)
    await announce(session, EventChanged.model_validate(_state(event)))
    return deadlines.warnings_of(instants, event, now=standing.now)


async def _keep_past(session: AsyncSession, event: Event, facts: dict[str, object]) -> None:
    """Store the facts as they were, from which later mails say what is new."""
    session.add(PastFacts(event_id=event.id, revision=event.facts_revision, facts=facts))
    event.facts_revision += 1
    event.ical_sequence += 1


def _note_news(event: Event, standing: Standing, *, started_before: datetime | None, news_after: timedelta) -> None:
    """Note when the registered persons are mailed. An event that stays ended has no news."""
    if statuses.stays_over(event, standing):
        return
    starts = [start for start in (started_before, valid_start(event)) if start is not None]
    is_urgent = any(start <= standing.now + URGENT_WITHIN for start in starts)
    due_at = standing.now if is_urgent else standing.now + news_after
    event.news_due_at = min(event.news_due_at or due_at, due_at)


async def take_due_news(session: AsyncSession) -> list[Event]:
    """Return the events whose registered persons are to be mailed now, none of them twice."""
    due = (
        update(Event)
        .where(Event.news_due_at <= func.clock_timestamp())
        .values(news_due_at=None)
        .returning(Event)
        .execution_options(synchronize_session=False)
    )
    return list(await session.scalars(due))


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

    Raises: EventIsCancelled, EventHasAttendance, EventIsOver.
    Requires: the caller holds the event's lock and cancels its registrations.
    """
    if event.event_status == EventStatus.cancelled:
        raise EventIsCancelled
    standing = await queries.standing(session, event)
    if standing.has_attendance:
        raise EventHasAttendance
    if standing.has_ended or await queries.was_postponed_late(session, event):
        raise EventIsOver
    event.event_status = EventStatus.cancelled
    event.cancel_reason = reason
    event.cancelled_at = standing.now
    event.ical_sequence += 1
    event.news_due_at = None
    free_all(event)
    await _touch(session, event)
    await announce(session, EventCancelled.model_validate(_state(event)))


async def delete_draft(session: AsyncSession, principal: Principal, ref: str, *, read_version: int) -> None:
    """Delete a draft without attendance, and announce it. Its address is free again. A draft takes no registrations.

    Raises: NotFound, Forbidden, VersionMismatch, EventIsPublished, EventHasAttendance.
    """
    event = await queries.get_for_change(session, principal, ref)
    check_version(event.version, read_version)
    if event.publication_status != PublicationStatus.draft:
        raise EventIsPublished
    if (await queries.standing(session, event)).has_attendance:
        raise EventHasAttendance
    await session.delete(event)
    await announce(session, EventDeleted.model_validate({**_state(event), "version": event.version + 1}))


async def record_heads(session: AsyncSession, event: Event, heads: people.Heads) -> None:
    """Record the people who came besides the names, or remove them. Requires: the caller holds the event's lock."""
    people.record_heads(event, heads)
    await _touch(session, event)


async def record_outcome(session: AsyncSession, event: Event) -> None:
    """Record that the outcome was written down now. Requires: the caller holds the event's lock."""
    event.outcome_marked_at = await database_now(session)
    await _touch(session, event)
