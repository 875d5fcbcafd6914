"""Bodies of search."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.contracts.vocabulary import Code
from services.kernel.lists.pages import ListQuery, Page
from services.kernel.text import Line, LocalizedText

from .terms import Match, Noun

QueryText = Annotated[
    Line,
    StringConstraints(max_length=200),
    Field(description="Words, a number, or part of either", examples=["koordinaatiohankkeiden"]),
]


class SearchQuery(ListQuery):
    """The words or the number to search for, and the facets to search in."""

    sort_keys = ("relevance", "name")

    q: QueryText
    noun: Annotated[list[Noun] | None, Field(max_length=10)] = None
    kind: Annotated[list[Code] | None, Field(max_length=20)] = None
    state: Annotated[list[Code] | None, Field(max_length=20)] = None


class TextPart(BaseModel):
    """A piece of a name; `hit` where it matches the query. All pieces in order are the name."""

    text: str
    hit: bool


class SearchHit(BaseModel):
    """A project or an organisation that matches by number, by a word, by a part of a word, or by similar spelling."""

    noun: Noun
    id: UUID
    slug: str | None
    kind: str
    state: str | None
    name: LocalizedText
    language: str = Field(description="The language of `highlight`")
    highlight: list[TextPart]
    match: Match
    href: str


class FacetCount(BaseModel):
    """The number of matches that have this code."""

    code: str
    count: int


class Facets(BaseModel):
    """The numbers of matches by code, counted without the filters `noun`, `kind` and `state`."""

    noun: list[FacetCount]
    kind: list[FacetCount]
    state: list[FacetCount]


class SearchPage(Page[SearchHit]):
    """One page of matches, best first."""

    facets: Facets
