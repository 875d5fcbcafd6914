"""Announcements of relations."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement

from .terms import RelationKind


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
