"""Bodies of attendance."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contracts.words import InvalidValue
from services.events.registrations.schemas import PersonCreate
from services.events.registrations.terms import AttendanceStatus, Origin, PartMode, RegistrationId, State
from services.kernel.lists.pages import ListQuery
from services.kernel.text import Line

from .terms import MAX_BULK, MAX_HEADCOUNT, Outcome


class AttendanceMark(BaseModel):
    """The attendance of one registered person."""

    model_config = ConfigDict(extra="forbid")

    registration_id: UUID
    status: AttendanceStatus


class AttendanceMarks(BaseModel):
    """The attendance of several people. Of two marks of a person, the last counts."""

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
    """A person on the attendance list: name and attendance, without an address."""

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

    attendance: Annotated[list[AttendanceStatus] | None, Field(max_length=5)] = None
    state: Annotated[list[State] | None, Field(max_length=3)] = None
    q: Annotated[Line | None, Field(description="Part of a name or an organisation")] = None


class WalkInCreate(PersonCreate):
    """A person who came without registering. A person without an address gets no mail and no ticket for feedback."""


Headcount = Annotated[int, Field(ge=0, le=MAX_HEADCOUNT)]


class ModeCounts(BaseModel):
    """The numbers of people on site and online."""

    model_config = ConfigDict(extra="forbid")

    onsite: Headcount
    online: Headcount


class HeadcountPut(BaseModel):
    """The number of people who came, where no names were recorded. Null removes the count."""

    model_config = ConfigDict(extra="forbid")

    count: Headcount | None
    by_mode: ModeCounts | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> "HeadcountPut":
        if self.by_mode is not None and self.by_mode.onsite + self.by_mode.online != self.count:
            raise InvalidValue("fields.modes-do-not-add-up")
        return self


class HeadcountRead(BaseModel):
    """The number of people who came."""

    headcount: int | None
    by_mode: ModeCounts | None
    attended_count: int
    participants: int
