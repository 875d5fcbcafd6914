"""Vocabulary of organisations."""

from enum import StrEnum


class Copy(StrEnum):
    """The copies by which registrations are joined to organisations."""

    organisations = "organisations"
    spellings = "spellings"
    implementers = "implementers"


def domain_key(domain: str) -> str:
    """Return the key of a mail domain, which no spelling of a name is likely to have."""
    return f"@{domain.lower()}"
