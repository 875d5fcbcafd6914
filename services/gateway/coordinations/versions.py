"""The versions of a measure's definition between periods."""

from services.contracts.measures import DefinitionVersion, definition_versions
from services.contracts.periods import Period


def versions_between(key: str, before: Period, after: Period) -> list[DefinitionVersion]:
    """Return the versions of the definition that began to hold after the one period and not after the other."""
    return [
        version
        for version in definition_versions()[key]
        if version.holds_from_on is not None and before.last_on < version.holds_from_on <= after.last_on
    ]


def changed_between(key: str, before: Period, after: Period) -> bool:
    """Return whether the figures of the two periods stand on different definitions."""
    return bool(versions_between(key, before, after))
