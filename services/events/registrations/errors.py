"""Failures of registrations."""

from services.kernel.web.errors import DomainError, Titles


class EventFull(DomainError):
    """Every seat is taken, and so is every place in the queue."""

    status, code = 409, "event-full"
    titles = Titles(fi="Tapahtuma on täynnä", sv="Evenemanget är fullbokat", en="The event is full")


class RegistrationNotOpen(DomainError):
    """Registration has not begun. Member: `opens_at`, null where no time is set."""

    status, code = 409, "registration-not-open"
    titles = Titles(
        fi="Ilmoittautuminen ei ole vielä alkanut",
        sv="Anmälan har inte öppnat ännu",
        en="Registration has not opened yet",
    )


class RegistrationClosed(DomainError):
    """Registration is over."""

    status, code = 409, "registration-closed"
    titles = Titles(fi="Ilmoittautuminen on päättynyt", sv="Anmälan är stängd", en="Registration is closed")


class RegistrationNotRequired(DomainError):
    """One just comes."""

    status, code = 409, "registration-not-required"
    titles = Titles(fi="Tapahtumaan ei ilmoittauduta", sv="Ingen anmälan behövs", en="The event needs no registration")


class CancelDeadlinePassed(DomainError):
    """It is too late to cancel by oneself."""

    status, code = 409, "cancel-deadline-passed"
    titles = Titles(
        fi="Peruutusaika on päättynyt", sv="Avbokningstiden har gått ut", en="The time for cancelling is over"
    )


class SamePersonRegistered(DomainError):
    """The event has another live registration of this person."""

    status, code = 409, "same-person-registered"
    titles = Titles(
        fi="Sama henkilö on jo ilmoittautunut",
        sv="Samma person är redan anmäld",
        en="The same person is registered already",
    )
