"""Announcements of attendance."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class AttendanceRecorded(Announcement):
    """It was noted who, or how many, came to an event."""

    kind: ClassVar[str] = "vipu.event.attendance_recorded.v1"
    event_id: UUID
    coordination_id: UUID
