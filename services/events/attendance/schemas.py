"""Bodies of attendance."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.contracts.vocabulary import Code
from services.contracts.words import InvalidValue
from services.events.events.schemas import ModeHeads, ParticipantsByMode
from services.events.events.terms import HeadsQualifier
from services.events.registrations.schemas import PersonCreate
from services.events.registrations.terms import AttendanceStatus, Origin, PartMode, RegistrationId, State
from services.kernel.lists.pages import ListQuery
from services.kernel.text import Line

from .terms import MAX_BULK, MAX_HEADCOUNT, Outcome, known_organisation_kind


class AttendanceMark(BaseModel):
    """The attendance of one registered person."""

    model_config = ConfigDict(extra="forbid")

    registration_id: UUID
    status: AttendanceStatus


class AttendanceMarks(BaseModel):
    """The attendance of several people. Of two marks of a person, whichever registration they name, the last counts."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[AttendanceMark], Field(min_length=1, max_length=MAX_BULK)]


class AttendanceOutcome(BaseModel):
    """The outcome of one mark."""

    registration_id: UUID
    outcome: Outcome


class AttendanceMarked(BaseModel):
    """The outcomes of the marks, in their order."""

    items: list[AttendanceOutcome]
    attended_count: int


class AttendanceRead(BaseModel):
    """A person on the attendance list: name and attendance without an address, from their last registration."""

    model_config = ConfigDict(from_attributes=True)

    id: RegistrationId
    name: str
    organisation: str | None
    state: State
    mode: PartMode | None
    origin: Origin
    attendance: AttendanceStatus


class AttendanceQuery(ListQuery):
    """The filters of an attendance list."""

    sort_keys = ("name",)

    attendance: Annotated[list[AttendanceStatus] | None, Field(max_length=5)] = None
    state: Annotated[list[State] | None, Field(max_length=3)] = None
    q: Annotated[Line | None, Field(description="Part of a name or an organisation")] = None


class WalkInCreate(PersonCreate):
    """A person who came without registering. A person without an address gets no mail and no ticket for feedback."""

    is_another_person: Annotated[
        bool, Field(description="The person is none of those of this name who have a registration")
    ] = False


Headcount = Annotated[int, Field(ge=0, le=MAX_HEADCOUNT)]
OrganisationKindCode = Annotated[
    Code, Field(description="A code of the list `organisation_kind`"), AfterValidator(known_organisation_kind)
]


class ModeCounts(BaseModel):
    """The numbers of people on site and online. Null: not counted."""

    model_config = ConfigDict(extra="forbid")

    onsite: Headcount | None = None
    online: Headcount | None = None

    def total(self) -> int | None:
        """Return the sum; None where neither was counted."""
        counted = [count for count in (self.onsite, self.online) if count is not None]
        return sum(counted) if counted else None


class HeadcountPut(BaseModel):
    """The number of people who came besides those with a name. A null count removes it.

    `count` alone is for an event of one mode, `by_mode` for every event.
    """

    model_config = ConfigDict(extra="forbid")

    count: Headcount | None = None
    by_mode: ModeCounts | None = None
    qualifier: HeadsQualifier = HeadsQualifier.exact
    by_organisation_kind: Annotated[
        dict[OrganisationKindCode, Headcount] | None,
        Field(description="How many of them come from each kind of organisation, as far as it is known"),
    ] = None

    @model_validator(mode="after")
    def _agrees(self) -> "HeadcountPut":
        total = self.count if self.by_mode is None else self.by_mode.total()
        if not self.model_fields_set & {"count", "by_mode"} or (self.by_mode is not None and total is None):
            raise InvalidValue("fields.heads-missing")
        if "count" in self.model_fields_set and self.count != total:
            raise InvalidValue("fields.modes-do-not-add-up")
        if total is None and self.model_fields_set & {"qualifier", "by_organisation_kind"}:
            raise InvalidValue("fields.heads-missing")
        if sum((self.by_organisation_kind or {}).values()) > (total or 0):
            raise InvalidValue("fields.kinds-exceed-heads")
        return self


class HeadcountRead(BaseModel):
    """The people who came: `participants` are the persons marked as attended (`attended_count`) and the heads."""

    heads: Annotated[int | None, Field(description="People besides the names; null where none were counted")]
    by_mode: Annotated[ModeHeads | None, Field(description="The heads by mode")]
    qualifier: HeadsQualifier | None
    by_organisation_kind: Mapping[str, int] | None
    attended_count: int
    participants: int
    participants_by_mode: ParticipantsByMode
