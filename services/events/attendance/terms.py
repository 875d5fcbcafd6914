"""Vocabulary of attendance."""

from enum import StrEnum
from typing import Final

from services.contracts.codes import organisation_kind_codes
from services.contracts.words import InvalidValue
from services.events.registrations.terms import AttendanceStatus


class Outcome(StrEnum):
    """The outcome of one mark."""

    marked = "marked"
    unchanged = "unchanged"
    not_found = "not_found"


def known_organisation_kind(code: str) -> str:
    """Return the code, if it is one of the kinds of organisations. Raises ValueError."""
    if code not in organisation_kind_codes():
        raise InvalidValue("fields.unknown-code", scheme="organisation_kind", code=code)
    return code


# What can be said of a person before the day of the event: that they will not come, and that this is not so after all.
BEFOREHAND: Final = frozenset({AttendanceStatus.excused, AttendanceStatus.unknown})
MAX_BULK: Final = 500
MAX_HEADCOUNT: Final = 1_000_000
