"""Bodies of projects."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contracts.decimals import WrittenDecimal
from services.contracts.periods import PeriodLabel
from services.contracts.vocabulary import Code
from services.contracts.words import InvalidValue
from services.kernel.lists.pages import ListQuery
from services.kernel.patches import UNCHANGED
from services.kernel.text import Line, LocalizedLine, LocalizedLinePatch, LocalizedProse, LocalizedProsePatch, Slug
from services.registry.codes.terms import SchemeAndCode
from services.registry.relations.terms import RelationId, RelationKind
from services.registry.revisions.schemas import RevisionItem
from services.registry.statements.facts import key_of
from services.registry.statements.terms import KEY_MEMBERS, ListKind

from .parts import (
    Area,
    Day,
    FundingLine,
    FundingRead,
    Identifier,
    Milestone,
    MilestoneRead,
    Part,
    Party,
    PartyRead,
    SourcedDate,
    StateEntry,
    Topic,
    check_runs_forwards,
)
from .terms import DateKind, IdentifierScheme, ProjectId, ProjectKind, ProjectRef, ProjectScope, State

Short = Annotated[Line, Field(max_length=100)]
# No source of the register knows anything from an earlier day.
KnownOn = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]

_SOURCE = (
    "Say it in the name of this list instead of your own, so that newer lists replace it."
    " For callers who may change all projects"
)

Identifiers = Annotated[list[Identifier], Field(max_length=50)]
Dates = Annotated[list[SourcedDate], Field(max_length=50, description="`starts_on` and `ends_on` are chosen of them")]
Parties = Annotated[list[Party], Field(max_length=300)]
Funding = Annotated[list[FundingLine], Field(max_length=300)]
Areas = Annotated[list[Area], Field(max_length=400)]
Topics = Annotated[list[Topic], Field(max_length=100)]
Milestones = Annotated[list[Milestone], Field(max_length=200)]


def _refuse_twice(name: str, keys: Iterable[object]) -> None:
    listed = list(keys)
    if len(set(listed)) != len(listed):
        raise InvalidValue("fields.listed-twice", field=name)


class Source(BaseModel):
    """A list that the caller names as the source of what the body says, with its day."""

    model_config = ConfigDict(extra="forbid")

    list_kind: ListKind
    list_on: Annotated[Day | None, Field(description="The day of the list; omitted, today")] = None
    label: Annotated[Line, Field(description="The list's name as people read it", examples=["Hankkeen verkkosivu"])]
    identifier: Annotated[
        str | None,
        Field(
            max_length=300,
            description="The identifier of the project that the list speaks of, as `scheme:value`; omitted, the first",
            examples=["eura2014:S20098"],
        ),
    ] = None


class _Lists(BaseModel):
    """The common check of Create and Patch: no identifier and no line twice."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        identifiers: list[Identifier] | None = getattr(self, "identifiers", None)
        _refuse_twice("identifiers", ((item.scheme, item.value) for item in identifiers or []))
        for name in KEY_MEMBERS:
            listed: list[Part] = getattr(self, name, None) or []
            _refuse_twice(name, (key_of(name, line.model_dump(mode="json")) for line in listed))
        return self

    @model_validator(mode="after")
    def _run_forwards(self) -> Self:
        dates: list[SourcedDate] = getattr(self, "dates", None) or []
        days = {(item.kind, item.source): item.falls_on for item in dates}
        for start, end in (
            (DateKind.planned_start, DateKind.planned_end),
            (DateKind.actual_start, DateKind.actual_end),
        ):
            for source in {item.source for item in dates}:
                check_runs_forwards(days.get((start, source)), days.get((end, source)))
        return self


class ProjectCreate(_Lists):
    """A new project. A coordinator names their own coordination project in `coordinated_by`."""

    kind: ProjectKind
    scope: ProjectScope
    state: State
    state_since_on: Day | None = None
    name: LocalizedLine
    slug: Annotated[Slug | None, Field(description="Made of the name where it is omitted")] = None
    summary: LocalizedProse | None = None
    goals: LocalizedProse | None = None
    background: LocalizedProse | None = None
    decision_on: Day | None = None
    programme_period: Annotated[Code | None, Field(examples=["2021-2027"])] = None
    fund: Annotated[Code | None, Field(examples=["ESR+"])] = None
    priority_axis: Short | None = None
    specific_objective: Short | None = None
    programme_part: Short | None = None
    identifiers: Identifiers = []
    dates: Dates = []
    parties: Parties = []
    funding: Funding = []
    areas: Areas = []
    topics: Topics = []
    milestones: Milestones = []
    coordinated_by: Annotated[
        ProjectRef | None, Field(description="The coordination project that coordinates the new one, by id or slug")
    ] = None
    reason: Line | None = None
    known_on: Annotated[
        KnownOn | None, Field(description="The day since which this is known; omitted, it is known since now")
    ] = None
    source: Annotated[Source | None, Field(description=_SOURCE)] = None

    @model_validator(mode="after")
    def _slug_is_no_id(self) -> Self:
        if self.slug and len(self.slug) == 36 and _is_uuid(self.slug):
            raise InvalidValue("fields.slug-looks-like-an-id")
        return self


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class ProjectPatch(_Lists):
    """The fields to change (JSON merge patch). A text is merged by language, a list is compared line by line.

    A line that the list lacks becomes "there is none". `reason` is stored in the revision.
    """

    kind: ProjectKind = UNCHANGED
    scope: ProjectScope = UNCHANGED
    state: State = UNCHANGED
    state_since_on: Day | None = UNCHANGED
    name: LocalizedLinePatch = UNCHANGED
    summary: LocalizedProsePatch | None = UNCHANGED
    goals: LocalizedProsePatch | None = UNCHANGED
    background: LocalizedProsePatch | None = UNCHANGED
    decision_on: Day | None = UNCHANGED
    programme_period: Code | None = UNCHANGED
    fund: Code | None = UNCHANGED
    priority_axis: Short | None = UNCHANGED
    specific_objective: Short | None = UNCHANGED
    programme_part: Short | None = UNCHANGED
    identifiers: Identifiers = UNCHANGED
    dates: Dates = UNCHANGED
    parties: Parties = UNCHANGED
    funding: Funding = UNCHANGED
    areas: Areas = UNCHANGED
    topics: Topics = UNCHANGED
    milestones: Milestones = UNCHANGED
    reason: Line | None = UNCHANGED
    known_on: Annotated[
        KnownOn | None, Field(description="The day since which this is known; omitted, it is known since now")
    ] = UNCHANGED
    source: Annotated[Source | None, Field(description=_SOURCE)] = UNCHANGED


class ProjectKey(BaseModel):
    """A project to which another one refers."""

    id: ProjectId
    slug: str
    name: LocalizedLine


class ProjectFacts(BaseModel):
    """All facts of a project. `starts_on` and `ends_on` are actual days before planned ones, the newest source's."""

    id: ProjectId
    slug: str
    kind: ProjectKind
    scope: ProjectScope
    state: State
    name: LocalizedLine
    summary: LocalizedProse | None
    goals: LocalizedProse | None
    background: LocalizedProse | None
    decision_on: date | None
    starts_on: date | None
    ends_on: date | None
    programme_period: str | None
    fund: str | None
    priority_axis: str | None
    specific_objective: str | None
    programme_part: str | None
    identifiers: list[Identifier]
    dates: list[SourcedDate]
    states: list[StateEntry]
    parties: list[PartyRead]
    funding: list[FundingRead]
    areas: list[Area]
    topics: list[Topic]
    milestones: list[MilestoneRead]


class ProjectRead(ProjectFacts):
    """A project as it is known now or was known at the end of the requested day."""

    leads: bool = Field(description="Whether it may organise events, coordinate others and has a dashboard")
    dates_disagree: bool = Field(description="Whether two sources give different days for the same start or end")
    coordinated_by: list[ProjectKey]
    last_listed_on: date | None = Field(description="The day of the newest list that has one of its identifiers")
    merged_into: ProjectId | None = Field(
        description="This project's id where the address names one that was linked with it"
    )
    version: int
    known_at: datetime
    created_at: datetime


class FundingSum(BaseModel):
    """One amount of money."""

    source: str
    kind: str
    amount: WrittenDecimal
    currency: str


class ProjectItem(BaseModel):
    """A project in a list. Identifiers are `scheme:value`; funding has the newest amount of each kind and source."""

    id: ProjectId
    slug: str
    kind: ProjectKind
    scope: ProjectScope
    state: State
    leads: bool
    name: LocalizedLine
    identifiers: list[str]
    starts_on: date | None
    ends_on: date | None
    programme_period: str | None
    fund: str | None
    priority_axis: str | None
    specific_objective: str | None
    programme_part: str | None
    funders: list[str]
    implementers: list[str]
    areas: list[str]
    funding: list[FundingSum]
    implementer_id: Annotated[UUID | None, Field(description="The first organisation that implements the project")]
    coordination_ids: Annotated[list[UUID], Field(description="The leading projects that coordinate the project")]
    merged_into: Annotated[
        ProjectId | None, Field(description="The project with which it was linked, where `with_merged` lists it")
    ]
    version: int
    created_at: datetime


class ProjectQuery(ListQuery):
    """Filters of the list of projects."""

    sort_keys = ("name", "starts_on", "ends_on", "created_at", "state", "relevance")

    q: Annotated[
        Line | None,
        Field(description="Words in any inflection, beginnings of words, misspellings, identifiers, names of parties"),
    ] = None
    identifier: Annotated[Line | None, Field(description="An identifier of any scheme", examples=["S10370"])] = None
    identifier_scheme: IdentifierScheme | None = None
    kind: Annotated[list[ProjectKind] | None, Field(max_length=10)] = None
    scope: Annotated[list[ProjectScope] | None, Field(max_length=5)] = None
    leads: Annotated[bool | None, Field(description="Whether the project leads: it has a dashboard")] = None
    state: Annotated[list[State] | None, Field(max_length=10)] = None
    fund: Annotated[list[Code] | None, Field(max_length=20)] = None
    programme_period: Annotated[list[Code] | None, Field(max_length=20)] = None
    programme_part: Annotated[list[Short] | None, Field(max_length=20)] = None
    priority_axis: Annotated[list[Short] | None, Field(max_length=20)] = None
    specific_objective: Annotated[list[Short] | None, Field(max_length=20)] = None
    coordination: Annotated[
        ProjectRef | None, Field(description="Coordinated by this project, given by id or slug")
    ] = None
    region: Annotated[
        list[SchemeAndCode] | None,
        Field(
            max_length=20,
            description="With this area or an area within it, under the codes of all lists",
            examples=[["maakunta:13"]],
        ),
    ] = None
    topic: Annotated[list[SchemeAndCode] | None, Field(max_length=20, examples=[["theme:change_security"]])] = None
    organisation: Annotated[UUID | None, Field(description="An organisation that is a party")] = None
    in_force: Annotated[PeriodLabel | None, Field(description="In force on some day of this period")] = None
    with_merged: Annotated[
        bool, Field(description="Whether projects that were linked with another one are listed too")
    ] = False


class RelationCreate(BaseModel):
    """A new relation from this project to another one, such as `coordinates`."""

    model_config = ConfigDict(extra="forbid")

    kind: RelationKind
    other: Annotated[ProjectRef, Field(description="The other project, by id or slug")]
    starts_on: Day | None = None
    ends_on: Day | None = None
    known_on: Annotated[
        KnownOn | None, Field(description="The day since which this is known; omitted, it is known since now")
    ] = None

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise InvalidValue("fields.ends-before-it-begins")
        return self


class RelationRead(BaseModel):
    """A relation as seen from one project: `outgoing` to the other project or `incoming` from it."""

    id: RelationId
    kind: RelationKind
    direction: Literal["outgoing", "incoming"]
    other: ProjectKey
    starts_on: date | None
    ends_on: date | None
    version: int
    known_at: datetime


class RelationQuery(ListQuery):
    """Filters of the list of relations."""

    sort_keys = ("known_at", "kind", "name")

    kind: Annotated[list[RelationKind] | None, Field(max_length=10)] = None
    direction: Literal["outgoing", "incoming"] | None = None
    as_of: Annotated[date | None, Field(description="Relations as they were known at the end of this day")] = None


class RevisionRead(RevisionItem):
    """A change with all facts after it, and the values that the changed fields had before."""

    facts: ProjectFacts
    before: dict[str, object]
