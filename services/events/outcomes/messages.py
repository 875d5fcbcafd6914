"""Announcements of outcomes."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class OutcomeMarked(Announcement):
    """The outcome of an event was written down, or written anew."""

    kind: ClassVar[str] = "vipu.event.outcome_marked.v1"

    event_id: UUID
    coordination_id: UUID
    version: int
