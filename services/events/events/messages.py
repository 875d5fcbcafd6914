"""Announcements of events."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class _EventFact(Announcement):
    """The event, its coordination project and its version."""

    event_id: UUID
    coordination_id: UUID
    version: int


class EventCreated(_EventFact):
    """An event was created as a draft."""

    kind: ClassVar[str] = "vipu.event.created.v1"


class EventPublished(_EventFact):
    """An event was made public."""

    kind: ClassVar[str] = "vipu.event.published.v1"


class EventChanged(_EventFact):
    """An event's facts were changed."""

    kind: ClassVar[str] = "vipu.event.changed.v1"


class EventCancelled(_EventFact):
    """An event was cancelled, and with it every live registration."""

    kind: ClassVar[str] = "vipu.event.cancelled.v1"


class EventArchived(_EventFact):
    """An event that has ended was removed from the public lists."""

    kind: ClassVar[str] = "vipu.event.archived.v1"
