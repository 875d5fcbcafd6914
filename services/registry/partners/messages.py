"""Announcements of partners."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class PartnerCreated(Announcement):
    """A machine client was entered."""

    kind: ClassVar[str] = "vipu.partner.created.v1"
    client_id: UUID


class PartnerChanged(Announcement):
    """A machine client's rights, state or secret were changed."""

    kind: ClassVar[str] = "vipu.partner.changed.v1"
    client_id: UUID
    version: int
