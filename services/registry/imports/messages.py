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
    """An import was undone: its new projects were removed, its changes were reversed."""

    kind: ClassVar[str] = "vipu.import.undone.v1"
    import_id: UUID


class ProjectRemoved(Announcement):
    """A project that an import had entered was removed when the import was undone."""

    kind: ClassVar[str] = "vipu.project.removed.v1"
    project_id: UUID


class OrganisationRemoved(Announcement):
    """An organisation that an import had entered was removed when the import was undone."""

    kind: ClassVar[str] = "vipu.organisation.removed.v1"
    organisation_id: UUID
