"""Bodies of search."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.contracts.vocabulary import Code
from services.kernel.lists.pages import ListQuery, Page
from services.kernel.text import Line

from .terms import Match, Noun

Question = Annotated[
    Line,
    StringConstraints(max_length=200),
    Field(description="Words, a number, or part of either", examples=["koordinaatiohankkeiden"]),
]


class SearchQuery(ListQuery):
    """What is looked for, and in which facets."""

    q: Question
    noun: Annotated[list[Noun] | None, Field(max_length=10)] = None
    kind: Annotated[list[Code] | None, Field(max_length=20)] = None
    state: Annotated[list[Code] | None, Field(max_length=20)] = None


class TextPart(BaseModel):
    """A piece of a name; `hit` where it answers the question. All pieces in order are the name."""

    text: str
    hit: bool


class SearchHit(BaseModel):
    """One thing found. `match` tells how: by its number, by a word, by a part of a word, by similar spelling."""

    noun: Noun
    id: UUID
    slug: str | None
    kind: str
    state: str | None
    name: dict[str, str]
    language: str = Field(description="The language of `highlight`")
    highlight: list[TextPart]
    match: Match
    href: str


class FacetCount(BaseModel):
    """How many were found with this code."""

    code: str
    count: int


class Facets(BaseModel):
    """All that was found for the question, counted before the facets' own filters."""

    noun: list[FacetCount]
    kind: list[FacetCount]
    state: list[FacetCount]


class SearchPage(Page[SearchHit]):
    """One page of what was found, best first."""

    facets: Facets
