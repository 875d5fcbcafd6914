"""Bodies of organisations."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from services.contracts.vocabulary import AreaScheme, Code, OrganisationKind
from services.kernel.lists.pages import ListQuery
from services.kernel.patches import UNCHANGED
from services.kernel.text import Line, LocalizedLine, LocalizedLinePatch

from .terms import Abbreviations, BusinessId, MailDomains, OrganisationId


class OrganisationArea(BaseModel):
    """The area of an organisation: a code with its list."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    scheme: AreaScheme
    code: Annotated[Code, Field(examples=["05"])]


Areas = Annotated[list[OrganisationArea], Field(max_length=20, description="The area in which it works, in any list")]


class OrganisationCreate(BaseModel):
    """A new organisation."""

    model_config = ConfigDict(extra="forbid")

    kind: OrganisationKind
    name: LocalizedLine
    business_id: BusinessId | None = None
    abbreviations: Abbreviations = []
    mail_domains: MailDomains = []
    areas: Areas = []


class OrganisationPatch(BaseModel):
    """The fields to change (JSON merge patch); omitted fields stay."""

    model_config = ConfigDict(extra="forbid")

    kind: OrganisationKind = UNCHANGED
    name: LocalizedLinePatch = UNCHANGED
    business_id: BusinessId | None = UNCHANGED
    abbreviations: Abbreviations = UNCHANGED
    mail_domains: MailDomains = UNCHANGED
    areas: Areas = UNCHANGED


class OrganisationRead(BaseModel):
    """An organisation as it is now."""

    model_config = ConfigDict(from_attributes=True)

    id: OrganisationId
    kind: OrganisationKind
    name: LocalizedLine
    business_id: str | None
    abbreviations: list[str]
    mail_domains: list[str]
    areas: list[OrganisationArea]
    merged_into: Annotated[
        OrganisationId | None,
        Field(description="The organisation that answers in the place of the one that was asked for"),
    ]
    version: int
    created_at: datetime

    def answering(self, organisation_id: OrganisationId) -> Self:
        """Return the answer to the one who asked for this id, which may be that of a merged organisation."""
        return self if organisation_id == self.id else self.model_copy(update={"merged_into": self.id})


class OrganisationQuery(ListQuery):
    """Filters of the list of organisations."""

    sort_keys = ("name", "created_at")

    kind: Annotated[list[OrganisationKind] | None, Field(max_length=20)] = None
    business_id: BusinessId | None = None
    q: Annotated[
        Line | None, Field(description="Words in any inflection, beginnings of words, misspellings, a Y-tunnus")
    ] = None


class TypedNameQuery(BaseModel):
    """The text that a person has typed into a form."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[Line, Field(max_length=100, description="Beginnings of words of a name or abbreviation")]
    limit: Annotated[int, Field(ge=1, le=20, description="The most names")] = 10


class OrganisationName(BaseModel):
    """An organisation as forms offer it."""

    model_config = ConfigDict(from_attributes=True)

    id: OrganisationId
    kind: OrganisationKind
    name: LocalizedLine
    abbreviations: list[str]


class OrganisationNames(BaseModel):
    """The organisations that a form offers, best first."""

    items: list[OrganisationName]
