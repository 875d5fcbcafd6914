"""Bodies of spellings."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.contracts.spellings import spelling_key
from services.contracts.words import InvalidValue
from services.kernel.lists.pages import ListQuery
from services.kernel.text import Line, LocalizedLine
from services.registry.organisations.terms import OrganisationId

from .terms import SpellingId


def _comparable(text: str) -> str:
    if spelling_key(text) is None:
        raise InvalidValue("fields.no-spelling")
    return text


Spelling = Annotated[Line, AfterValidator(_comparable), Field(examples=["Keha keskus"])]


class SpellingCreate(BaseModel):
    """The decision that a spelling means an organisation."""

    model_config = ConfigDict(extra="forbid")

    coordination_id: Annotated[
        UUID | None, Field(description="The coordination project for which it holds; null: for everybody")
    ]
    spelling: Spelling
    organisation_id: OrganisationId


class SpellingRead(BaseModel):
    """A decided spelling: in which coordination it means which organisation, and who decided it when."""

    id: SpellingId
    coordination_id: Annotated[UUID | None, Field(description="Null where it holds for everybody")]
    spelling: Annotated[str, Field(description="As spellings are compared", examples=["keha keskus"])]
    written: Annotated[str, Field(description="As the decision had it", examples=["Keha keskus"])]
    organisation_id: Annotated[OrganisationId, Field(description="The organisation that the spelling means today")]
    organisation_name: LocalizedLine
    decided_organisation_id: Annotated[
        OrganisationId, Field(description="The organisation of the decision, which may have been merged since")
    ]
    author: str
    decided_at: datetime
    version: int


class SpellingQuery(ListQuery):
    """Filters of the list of spellings."""

    sort_keys = ("spelling", "decided_at")

    coordination: Annotated[list[UUID] | None, Field(max_length=20)] = None
    everybody: Annotated[bool | None, Field(description="Only those for everybody, or only those of coordinations")] = (
        None
    )
    organisation: Annotated[list[OrganisationId] | None, Field(max_length=20)] = None
    q: Annotated[Line | None, Field(description="A part of the spelling, whatever its case")] = None
