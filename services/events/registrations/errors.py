"""Failures of registrations."""

from services.kernel.web.errors import DomainError


class EventFull(DomainError):
    """Every seat is taken, and so is every place in the queue."""

    status, code = 409, "event-full"


class RegistrationNotOpen(DomainError):
    """Registration has not begun. Member: `opens_at`, null where no time is set."""

    status, code = 409, "registration-not-open"


class RegistrationClosed(DomainError):
    """Registration is over."""

    status, code = 409, "registration-closed"


class RegistrationNotRequired(DomainError):
    """One just comes."""

    status, code = 409, "registration-not-required"


class CancelDeadlinePassed(DomainError):
    """It is too late to cancel by oneself."""

    status, code = 409, "cancel-deadline-passed"


class SamePersonRegistered(DomainError):
    """The event has another live registration of this person."""

    status, code = 409, "same-person-registered"
