"""Announcements of attendance."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class AttendanceRecorded(Announcement):
    """The attendees of an event, or their number, were recorded."""

    kind: ClassVar[str] = "vipu.event.attendance_recorded.v1"
    event_id: UUID
    coordination_id: UUID
