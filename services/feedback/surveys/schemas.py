"""Bodies of surveys."""

from datetime import date, datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contracts.periods import PeriodLabel
from services.contracts.vocabulary import Code, OpenEventScope, OpenEventType
from services.contracts.words import InvalidValue
from services.feedback.templates.terms import TemplateKey
from services.feedback.versions.questions import Definition
from services.kernel.lists.pages import ListQuery
from services.kernel.patches import UNCHANGED
from services.kernel.text import LocalizedLine, LocalizedLinePatch

from .terms import (
    MAX_INVITED,
    Anonymity,
    Instant,
    Lacking,
    MeasureFilter,
    Profile,
    SurveyId,
    SurveyKind,
    SurveyState,
    WindowState,
)

# The first versions of this route took facts of the event with each survey.
_UNUSED: Final = Field(deprecated=True, description="Not used: a survey goes by what the events service says")


class EventSubject(BaseModel):
    """The event that the survey is about, as the events service last announced it."""

    event_id: UUID
    event_type: OpenEventType
    scope: OpenEventScope
    coordination_id: UUID
    held_on: Annotated[date, Field(description="The Helsinki day on which the event ended")]
    event_status: Annotated[Code, Field(description="A code of the events service", examples=["scheduled"])]


class EventReference(BaseModel):
    """The event that a survey is to be about. Its facts are those of the events service."""

    model_config = ConfigDict(extra="forbid")

    event_id: UUID
    event_type: Annotated[OpenEventType | None, _UNUSED] = None
    scope: Annotated[OpenEventScope | None, _UNUSED] = None
    coordination_id: Annotated[
        UUID | None, Field(description="Where it is sent, it must be that of the announced event: else `not-known-yet`")
    ] = None
    held_on: Annotated[date | None, _UNUSED] = None


class SurveyCreate(BaseModel):
    """A survey about an event, from one of Vipu's templates."""

    model_config = ConfigDict(extra="forbid")

    kind: SurveyKind = SurveyKind.event
    anonymity: Annotated[
        Literal[Anonymity.anonymous_ticket], Field(description="Other degrees of anonymity are not offered yet")
    ] = Anonymity.anonymous_ticket
    template: TemplateKey
    title: Annotated[LocalizedLine | None, Field(description="Without one, the present title of the event")] = None
    event: EventReference
    state: Annotated[
        Literal[SurveyState.draft, SurveyState.open], Field(description="A draft opens with `POST …/open`")
    ] = SurveyState.open
    opens_at: Annotated[Instant | None, Field(description="Without it the survey opens at once")] = None
    closes_at: Instant


class SurveyPatch(BaseModel):
    """The values to change (JSON merge patch). An absent value stays."""

    model_config = ConfigDict(extra="forbid")

    title: LocalizedLinePatch = UNCHANGED
    closes_at: Instant = UNCHANGED
    anonymity: Annotated[Anonymity, Field(description="Frozen: another value is refused")] = UNCHANGED


class SurveyRead(BaseModel):
    """A survey as its administration sees it."""

    id: SurveyId
    kind: SurveyKind
    anonymity: Anonymity
    profile: Profile
    template: TemplateKey
    title: LocalizedLine
    state: SurveyState
    event: EventSubject
    opens_at: datetime
    closes_at: datetime
    definition_version: int
    version: int


class CloseRead(BaseModel):
    """The confirmation of a request to close. It is the same for every survey and at every time."""

    requested: Literal[True]


class InvitedCounts(BaseModel):
    """The persons who were invited to a survey, each counted once. They are the latest numbers, not a change."""

    model_config = ConfigDict(extra="forbid")

    people: Annotated[int, Field(ge=0, le=MAX_INVITED, description="All that were invited so far")]
    undeliverable: Annotated[int, Field(ge=0, description="Those of them who cannot be reached by mail")]

    @model_validator(mode="after")
    def _counts_no_more_undeliverable(self) -> Self:
        if self.undeliverable > self.people:
            raise InvalidValue("fields.more-than-invited")
        return self


class SurveyDetail(SurveyRead):
    """A survey with its questions, as a form shows them."""

    languages: list[str]
    definition: Definition


class WindowRead(BaseModel):
    """Whether people can answer a survey now, only later, or no more."""

    state: WindowState


class SurveyQuery(ListQuery):
    """Filters of the list of surveys."""

    sort_keys = ("held_on", "closes_at", "state")

    event_id: UUID | None = None
    coordination: Annotated[UUID | None, Field(description="The coordination project's id")] = None
    state: Annotated[list[SurveyState] | None, Field(max_length=3)] = None
    event_type: Annotated[list[OpenEventType] | None, Field(max_length=20)] = None
    scope: Annotated[list[OpenEventScope] | None, Field(max_length=3)] = None
    measure: Annotated[
        MeasureFilter | None, Field(description="The surveys that this measure is made of: the rows of the figure")
    ] = None
    lacks: Annotated[Lacking | None, Field(description="Surveys about events that lack this record")] = None
    period: Annotated[PeriodLabel | None, Field(description="Events held in this period")] = None
