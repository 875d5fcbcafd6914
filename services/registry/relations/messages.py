"""Announcements of relations."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement

from .terms import RelationKind


class ProjectsRelated(Announcement):
    """A relation from one project to another was entered."""

    kind: ClassVar[str] = "vipu.project.related.v1"
    relation_id: UUID
    relation_kind: RelationKind
    project_id: UUID
    other_id: UUID


class RelationWithdrawn(Announcement):
    """A relation from one project to another was withdrawn."""

    kind: ClassVar[str] = "vipu.project.relation-withdrawn.v1"
    relation_id: UUID
    relation_kind: RelationKind
    project_id: UUID
    other_id: UUID
