"""Bodies of coordinations, as the registry announces and lists them."""

from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field


class AnnouncedProject(BaseModel):
    """A project as `vipu.project.created.v1`, `vipu.project.changed.v1` and the registry's list have it.

    Other fields are ignored. A message without `leads` counts as one of a project that does not lead; the next
    reconciling corrects that.
    """

    project_id: UUID = Field(validation_alias=AliasChoices("project_id", "id"))
    leads: bool = False
    slug: str
    name: dict[str, str]
    version: int


class AnnouncedProjects(BaseModel):
    """A page of the registry's list of projects."""

    items: list[AnnouncedProject]
    next_cursor: str | None
