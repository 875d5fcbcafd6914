"""Bodies of organisations, as the registry announces and lists them. Other fields are ignored."""

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field

from services.contracts.spellings import spelling_key
from services.kernel.background.copies import Item

_OF_DECISION: Final = {"coordination_id", "organisation_id", "version"}
OrganisationId = Annotated[UUID, Field(validation_alias=AliasChoices("organisation_id", "id"))]
SpellingId = Annotated[UUID, Field(validation_alias=AliasChoices("spelling_id", "id"))]


class AnnouncedArea(BaseModel):
    """A code of a list of areas."""

    scheme: str
    code: str


class AnnouncedOrganisation(Item):
    """An organisation as `vipu.organisation.created.v1`, `….changed.v1` and the registry's list have it."""

    organisation_id: OrganisationId
    organisation_kind: Annotated[str, Field(validation_alias=AliasChoices("organisation_kind", "kind"))]
    name: dict[str, str]
    abbreviations: list[str] = Field(default_factory=list)
    mail_domains: list[str] = Field(default_factory=list)
    areas: list[AnnouncedArea] = Field(default_factory=list)
    merged_into: UUID | None = None
    version: int

    def row(self) -> Mapping[str, object]:
        """Return the row of the copy."""
        facts = self.model_dump(exclude={"organisation_id", "organisation_kind"})
        return {"id": self.organisation_id, "kind": self.organisation_kind, **facts}


class RemovedOrganisation(BaseModel):
    """An organisation as `vipu.organisation.removed.v1` has it."""

    organisation_id: UUID
    version: int


class AnnouncedSpelling(Item):
    """A decided spelling as `vipu.spelling.decided.v1` and the registry's list have it."""

    spelling_id: SpellingId
    coordination_id: UUID | None
    spelling: str
    organisation_id: Annotated[UUID, Field(validation_alias=AliasChoices("decided_organisation_id", "organisation_id"))]
    version: int

    def row(self) -> Mapping[str, object]:
        """Return the row of the copy."""
        return {"id": self.spelling_id, "key": spelling_key(self.spelling), **self.model_dump(include=_OF_DECISION)}


class WithdrawnSpelling(BaseModel):
    """A decision that was taken back, as `vipu.spelling.withdrawn.v1` has it."""

    spelling_id: UUID
    version: int


class AnnouncedImplementer(Item):
    """A project as `vipu.project.created.v1`, `….changed.v1` and the registry's list have it."""

    project_id: Annotated[UUID, Field(validation_alias=AliasChoices("project_id", "id"))]
    implementer_id: UUID | None = None
    version: int

    def row(self) -> Mapping[str, object]:
        """Return the row of the copy."""
        return {"id": self.project_id, "organisation_id": self.implementer_id, "version": self.version}


class RemovedProject(BaseModel):
    """A project as `vipu.project.removed.v1` has it."""

    project_id: UUID
    version: int
