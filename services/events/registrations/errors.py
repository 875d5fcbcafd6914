"""Failures of registrations."""

from typing import ClassVar

from services.kernel.web.errors import DomainError, Members


class EventFull(DomainError):
    """Every seat is taken, and so is every place on the waiting list."""

    status, code = 409, "event-full"


class RegistrationNotOpen(DomainError):
    """Registration has not opened. Member: `opens_at`, null where no time is set."""

    status, code = 409, "registration-not-open"
    example: ClassVar[Members] = {"opens_at": "2026-12-01T07:00:00Z"}


class RegistrationClosed(DomainError):
    """Registration has closed."""

    status, code = 409, "registration-closed"


class RegistrationNotRequired(DomainError):
    """People attend without registering."""

    status, code = 409, "registration-not-required"


class CancelDeadlinePassed(DomainError):
    """The deadline by which people cancel their own registration has passed."""

    status, code = 409, "cancel-deadline-passed"


class WalkInMayBeRegistered(DomainError):
    """Persons of this name have a registration.

    Member: `candidates`, each with its `registration_id`, `name`, `organisation` and `state`.
    """

    status, code = 409, "walk-in-may-be-registered"
    example: ClassVar[Members] = {
        "candidates": [
            {
                "registration_id": "5b1d6f0e-3c52-4f0a-9d3b-7a1f2e9c4d10",
                "name": "Maija Esimerkki",
                "organisation": "Esimerkki Oy",
                "state": "confirmed",
            }
        ]
    }


class SamePersonRegistered(DomainError):
    """The event has another live registration of this person."""

    status, code = 409, "same-person-registered"


class NoLiveRegistration(DomainError):
    """The registration is cancelled, or its event is over: there is nothing left to manage."""

    status, code = 409, "no-live-registration"


class NoAddress(DomainError):
    """The person gave no e-mail address."""

    status, code = 409, "no-address"
