"""Bodies of coordinations, as the registry announces them."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel


class ToldProject(BaseModel):
    """A project as `vipu.project.created.v1` and `.changed.v1` tell it; further fields are not ours to mind."""

    project_id: UUID
    project_kind: str
    slug: str
    name: dict[str, str]
    version: int


COORDINATION_KIND: Final = "coordination"
