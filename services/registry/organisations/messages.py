"""Announcements of organisations."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class OrganisationCreated(Announcement):
    """An organisation was entered."""

    kind: ClassVar[str] = "vipu.organisation.created.v1"
    organisation_id: UUID


class OrganisationChanged(Announcement):
    """An organisation's facts were changed."""

    kind: ClassVar[str] = "vipu.organisation.changed.v1"
    organisation_id: UUID
    version: int


class OrganisationRemoved(Announcement):
    """An organisation that only undone imports had named was removed."""

    kind: ClassVar[str] = "vipu.organisation.removed.v1"
    organisation_id: UUID
