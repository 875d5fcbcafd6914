"""Vocabulary of upstreams."""

from enum import StrEnum


class SectionStatus(StrEnum):
    """How the gateway got a part of its answer. `hidden`: the caller has no right to see it."""

    ok = "ok"
    stale = "stale"
    unavailable = "unavailable"
    hidden = "hidden"
