"""Vocabulary of organisations."""

from enum import StrEnum
from typing import Final


class Copy(StrEnum):
    """The copies by which registrations are joined to organisations."""

    organisations = "organisations"
    spellings = "spellings"
    implementers = "implementers"


# The kind of the job that joins registrations anew after a change of a copy; its payload names the copy and the id.
RECOUNT_ORGANISATIONS: Final = "events.recount_organisations"


def domain_key(domain: str) -> str:
    """Return the key of a mail domain, which no spelling of a name is likely to have."""
    return f"@{domain.lower()}"
