"""Announcements of imports."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class ImportApplied(Announcement):
    """An import's rows became projects."""

    kind: ClassVar[str] = "vipu.import.applied.v1"
    import_id: UUID
    created: int
    changed: int


class ImportUndone(Announcement):
    """The statements of an import were taken away."""

    kind: ClassVar[str] = "vipu.import.undone.v1"
    import_id: UUID
