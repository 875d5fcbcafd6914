"""Announcements of projects."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement

from .terms import ProjectKind, RelationKind


class ProjectCreated(Announcement):
    """A project was entered. `leads`: it may organise events and has a dashboard."""

    kind: ClassVar[str] = "vipu.project.created.v1"
    project_id: UUID
    project_kind: ProjectKind
    leads: bool
    slug: str
    name: dict[str, str]
    version: int


class ProjectChanged(Announcement):
    """A project's facts were changed. `leads`: it may organise events and has a dashboard."""

    kind: ClassVar[str] = "vipu.project.changed.v1"
    project_id: UUID
    project_kind: ProjectKind
    leads: bool
    slug: str
    name: dict[str, str]
    version: int


class ProjectsRelated(Announcement):
    """One project is now something to another."""

    kind: ClassVar[str] = "vipu.project.related.v1"
    relation_id: UUID
    relation_kind: RelationKind
    project_id: UUID
    other_id: UUID


class RelationWithdrawn(Announcement):
    """One project is no longer something to another."""

    kind: ClassVar[str] = "vipu.project.relation-withdrawn.v1"
    relation_id: UUID
    relation_kind: RelationKind
    project_id: UUID
    other_id: UUID
