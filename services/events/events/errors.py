"""Failures of the calendar."""

from services.kernel.web.errors import DomainError, Titles


class SlugTaken(DomainError):
    """Another event has this address."""

    status, code = 409, "slug-taken"
    titles = Titles(
        fi="Osoite on jo toisella tapahtumalla",
        sv="Adressen används redan av ett annat evenemang",
        en="Another event has this address",
    )


class EventIsCancelled(DomainError):
    """The event was cancelled; that is the end of it."""

    status, code = 409, "event-cancelled"
    titles = Titles(fi="Tapahtuma on peruttu", sv="Evenemanget är inställt", en="The event is cancelled")


class WouldDisplace(DomainError):
    """The capacity would be below the seats given. Members: `count` too many, `confirmed_count`."""

    status, code = 409, "would-displace"
    titles = Titles(
        fi="Paikkoja on annettu jo enemmän",
        sv="Fler platser har redan getts",
        en="More seats than that are taken",
    )
