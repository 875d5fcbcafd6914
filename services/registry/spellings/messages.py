"""Announcements of spellings: the state that other services copy. A spelling that is not decided is never announced."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class SpellingDecided(Announcement):
    """A spelling means this organisation: in one coordination, or for everybody where `coordination_id` is null.

    It is the organisation of the decision. Where that one is merged, the one that answers in its place is meant, which
    `vipu.organisation.changed.v1` says.
    """

    kind: ClassVar[str] = "vipu.spelling.decided.v1"
    spelling_id: UUID
    coordination_id: UUID | None
    spelling: str
    organisation_id: UUID
    version: int


class SpellingWithdrawn(Announcement):
    """The decision was taken back: the spelling means nothing by itself."""

    kind: ClassVar[str] = "vipu.spelling.withdrawn.v1"
    spelling_id: UUID
    coordination_id: UUID | None
    spelling: str
    version: int
