"""Announcements of projects. Each carries the state that other services copy, which is that of the list."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement

from .terms import ProjectKind, State


class ProjectFact(Announcement):
    """The project as it is from then on. With `leads` it may organise events and has a dashboard.

    `implementer_id` is an organisation, `coordination_ids` are the leading projects that coordinate it, and `areas`
    are `scheme:code`. With `merged_into` it was linked with that project, which answers in its place.
    """

    project_id: UUID
    project_kind: ProjectKind
    state: State
    leads: bool
    slug: str
    name: dict[str, str]
    areas: list[str]
    implementer_id: UUID | None
    coordination_ids: list[UUID]
    merged_into: UUID | None
    version: int


class ProjectCreated(ProjectFact):
    """A project was entered."""

    kind: ClassVar[str] = "vipu.project.created.v1"


class ProjectChanged(ProjectFact):
    """A project's facts were changed, its coordinators, or the project with which it was linked."""

    kind: ClassVar[str] = "vipu.project.changed.v1"


class ProjectRemoved(Announcement):
    """A project that only undone imports had named was removed."""

    kind: ClassVar[str] = "vipu.project.removed.v1"
    project_id: UUID
    version: int
