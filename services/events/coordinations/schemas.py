"""Bodies of coordinations, as the registry announces and lists them."""

from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field


class AnnouncedProject(BaseModel):
    """A project as `vipu.project.created.v1` and `.changed.v1` and the registry's list tell it; the rest is not ours.

    A message of before `leads` was told counts as one of a project that does not: the next look at the list tells more.
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
