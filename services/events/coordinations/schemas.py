"""Bodies of coordinations, as the registry announces and lists them. Other fields are ignored."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field

from services.kernel.background.copies import Item


class AnnouncedProject(Item):
    """A project as `vipu.project.created.v1`, `vipu.project.changed.v1` and the registry's list have it.

    A message without `leads` counts as one of a project that does not lead; the next reconciling corrects that.
    """

    project_id: UUID = Field(validation_alias=AliasChoices("project_id", "id"))
    leads: bool = False
    slug: str
    name: dict[str, str]
    version: int

    def row(self) -> Mapping[str, object]:
        """Return the row of the copy."""
        return {"id": self.project_id, "slug": self.slug, "name": self.name, "version": self.version}


class RemovedProject(BaseModel):
    """A project as `vipu.project.removed.v1` has it."""

    project_id: UUID
    version: int
