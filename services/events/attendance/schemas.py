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
    """Whether one registered person came."""

    model_config = ConfigDict(extra="forbid")

    registration_id: UUID
    status: AttendanceStatus


class AttendanceMarks(BaseModel):
    """Whether these people came. A person named twice is as named last."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[AttendanceMark], Field(min_length=1, max_length=MAX_BULK)]


class AttendanceOutcome(BaseModel):
    """What became of one mark."""

    registration_id: UUID
    outcome: Outcome


class AttendanceMarked(BaseModel):
    """What became of the marks, in their order."""

    items: list[AttendanceOutcome]
    attended_count: int


class AttendanceRead(BaseModel):
    """A person at the door: a name and whether they came, no address."""

    model_config = ConfigDict(from_attributes=True)

    id: RegistrationId
    name: str
    organisation: str | None
    state: State
    mode: PartMode | None
    origin: Origin
    attendance: AttendanceStatus


class AttendanceQuery(ListQuery):
    """Which people."""

    attendance: Annotated[list[AttendanceStatus] | None, Field(max_length=5)] = None
    state: Annotated[list[State] | None, Field(max_length=3)] = None
    q: Annotated[Line | None, Field(description="Part of a name or an organisation")] = None


class WalkInCreate(PersonCreate):
    """A person who came without having registered. Who gives no address gets no mail, and no ticket for feedback."""


Headcount = Annotated[int, Field(ge=0, le=MAX_HEADCOUNT)]


class ModeCounts(BaseModel):
    """How many were there and how many online."""

    model_config = ConfigDict(extra="forbid")

    onsite: Headcount
    online: Headcount


class HeadcountPut(BaseModel):
    """How many came, where no names were taken. Null takes the count back."""

    model_config = ConfigDict(extra="forbid")

    count: Headcount | None
    by_mode: ModeCounts | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> "HeadcountPut":
        if self.by_mode is not None and self.by_mode.onsite + self.by_mode.online != self.count:
            raise InvalidValue("fields.modes-do-not-add-up")
        return self


class HeadcountRead(BaseModel):
    """How many came."""

    headcount: int | None
    by_mode: ModeCounts | None
    attended_count: int
    participants: int
