"""Announcements of projects."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement

from .terms import ProjectKind


class ProjectCreated(Announcement):
    """A project was entered. With `leads` it may organise events and has a dashboard."""

    kind: ClassVar[str] = "vipu.project.created.v1"
    project_id: UUID
    project_kind: ProjectKind
    leads: bool
    slug: str
    name: dict[str, str]
    merged_into: UUID | None
    version: int


class ProjectChanged(Announcement):
    """A project's facts were changed. With `leads` it may organise events and has a dashboard.

    With `merged_into` it was linked with that project, which has its identifiers and answers in its place.
    """

    kind: ClassVar[str] = "vipu.project.changed.v1"
    project_id: UUID
    project_kind: ProjectKind
    leads: bool
    slug: str
    name: dict[str, str]
    merged_into: UUID | None
    version: int


class ProjectRemoved(Announcement):
    """A project that only undone imports had named was removed."""

    kind: ClassVar[str] = "vipu.project.removed.v1"
    project_id: UUID
