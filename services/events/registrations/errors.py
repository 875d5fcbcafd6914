"""Failures of registrations."""

from services.kernel.web.errors import DomainError


class EventFull(DomainError):
    """Every seat is taken, and so is every place on the waiting list."""

    status, code = 409, "event-full"


class RegistrationNotOpen(DomainError):
    """Registration has not opened. Member: `opens_at`, null where no time is set."""

    status, code = 409, "registration-not-open"


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


class SamePersonRegistered(DomainError):
    """The event has another live registration of this person."""

    status, code = 409, "same-person-registered"


class NoLiveRegistration(DomainError):
    """The registration is cancelled, or its event is over: there is nothing left to manage."""

    status, code = 409, "no-live-registration"


class NoAddress(DomainError):
    """The person gave no e-mail address."""

    status, code = 409, "no-address"
