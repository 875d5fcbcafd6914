"""Announcements of events. Each carries the state that other services copy, which is that of the list of events."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.contracts.vocabulary import EventScope, EventType
from services.kernel.background.messages import Announcement

from .schemas import Area
from .terms import EventStatus, PublicationStatus


class EventFact(Announcement):
    """The event as it is from then on. `first_on` and `last_on` are Helsinki days."""

    event_id: UUID
    coordination_id: UUID
    type: EventType
    scope: EventScope
    areas: list[Area]
    themes: list[str]
    title: dict[str, str]
    first_on: date
    last_on: date
    starts_at: datetime
    ends_at: datetime
    event_status: EventStatus
    publication_status: PublicationStatus
    call_ids: list[UUID]
    project_ids: list[UUID]
    version: int


class EventCreated(EventFact):
    """An event was created as a draft."""

    kind: ClassVar[str] = "vipu.event.created.v1"


class EventPublished(EventFact):
    """An event was made public."""

    kind: ClassVar[str] = "vipu.event.published.v1"


class EventChanged(EventFact):
    """An event's facts were changed."""

    kind: ClassVar[str] = "vipu.event.changed.v1"


class EventCancelled(EventFact):
    """An event was cancelled, and with it every live registration."""

    kind: ClassVar[str] = "vipu.event.cancelled.v1"


class EventArchived(EventFact):
    """An event that has ended was removed from the public lists."""

    kind: ClassVar[str] = "vipu.event.archived.v1"


class EventDeleted(EventFact):
    """A draft was deleted."""

    kind: ClassVar[str] = "vipu.event.deleted.v1"
