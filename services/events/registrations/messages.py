"""Announcements of registrations."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class _RegistrationFact(Announcement):
    """The registration and its event."""

    registration_id: UUID
    event_id: UUID


class RegistrationConfirmed(_RegistrationFact):
    """A person has got a seat, at once or from the waiting list."""

    kind: ClassVar[str] = "vipu.registration.confirmed.v1"


class RegistrationWaitlisted(_RegistrationFact):
    """A person waits for a seat."""

    kind: ClassVar[str] = "vipu.registration.waitlisted.v1"


class RegistrationCancelled(_RegistrationFact):
    """A registration was cancelled."""

    kind: ClassVar[str] = "vipu.registration.cancelled.v1"


class RegistrationChanged(_RegistrationFact):
    """A registration's facts were corrected."""

    kind: ClassVar[str] = "vipu.registration.changed.v1"
