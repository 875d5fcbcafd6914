"""Bodies of registrations."""

from datetime import datetime
from typing import Annotated, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.contracts.vocabulary import EventType, OrganisationKind
from services.events.events.email_addresses import EmailAddress
from services.events.events.terms import EventMode, EventStatus
from services.kernel.lists.pages import ListQuery
from services.kernel.patches import UNCHANGED
from services.kernel.text import LanguageTag, Line, LocalizedLine

from .terms import (
    AttendanceStatus,
    CancelledBy,
    LiveState,
    Origin,
    PartMode,
    PersonName,
    RegistrationId,
    State,
)

ChosenOrganisation = Annotated[
    UUID | None, Field(description="An organisation of the registry; it goes before project and text")
]
ChosenProject = Annotated[
    UUID | None, Field(description="A project of the registry, whose implementer is the person's organisation")
]
AskedKind = Annotated[OrganisationKind | None, Field(description="The kind of the organisation, as the person says")]
JoinedOrganisation = Annotated[
    UUID | None, Field(description="The organisation of the registry, once it is known: chosen, named or decided")
]


class _Chosen(Protocol):
    organisation_id: UUID | None
    project_id: UUID | None


class _WithChoices:
    """The choices of a body. The fields stay with each body, whose order they keep in the contract."""

    def choices(self: _Chosen) -> list[UUID]:
        """Return the ids of the organisation and the project that the body chooses."""
        return [choice for choice in (self.organisation_id, self.project_id) if choice is not None]


class PersonCreate(_WithChoices, BaseModel):
    """A person to register for an event."""

    model_config = ConfigDict(extra="forbid")

    name: PersonName
    email: EmailAddress | None = None
    organisation: Line | None = None
    organisation_id: ChosenOrganisation = None
    project_id: ChosenProject = None
    organisation_kind: AskedKind = None
    language: Annotated[LanguageTag, Field(description="The language of the mails")] = "fi"
    mode: Annotated[PartMode | None, Field(description="At a hybrid event: on site or online")] = None


class RegistrationCreate(PersonCreate):
    """A person who registers for an event."""

    email: EmailAddress
    privacy_accepted: Annotated[Literal[True], Field(description="The person has read the privacy notice")]
    force_reason: Annotated[
        Line | None, Field(description="Staff only: why the person gets a seat beyond the capacity")
    ] = None


class RegistrationPatch(_WithChoices, BaseModel):
    """A correction by the staff (JSON merge patch). Only a walk-in may have no address."""

    model_config = ConfigDict(extra="forbid")

    name: PersonName = UNCHANGED
    email: Annotated[
        EmailAddress | None, Field(description="A new address gets a new manage link; the earlier links end")
    ] = UNCHANGED
    organisation: Annotated[
        Line | None,
        Field(description="A new text takes away the chosen organisation and project, unless they are sent too"),
    ] = UNCHANGED
    organisation_id: ChosenOrganisation = UNCHANGED
    project_id: ChosenProject = UNCHANGED
    organisation_kind: AskedKind = UNCHANGED
    language: Annotated[LanguageTag, Field(description="The language of the mails")] = UNCHANGED
    mode: Annotated[PartMode | None, Field(description="At a hybrid event: on site or online")] = UNCHANGED


class ManageLinkRequest(BaseModel):
    """A request for the manage links of an address."""

    model_config = ConfigDict(extra="forbid")

    email: EmailAddress


class ManageLinkAnswer(BaseModel):
    """The same answer for every address: it does not disclose whether anybody has registered with it."""

    accepted: Literal[True]


class RegistrationCancel(BaseModel):
    """Why the staff cancel a person's registration. The person gets it by mail."""

    model_config = ConfigDict(extra="forbid")

    reason: Line | None = None


class EventSummary(BaseModel):
    """The event of a registration."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    slug: str
    type: EventType
    title: LocalizedLine
    event_status: EventStatus
    mode: EventMode
    venue: LocalizedLine | None
    address: str | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str


class RegistrationAnswer(BaseModel):
    """The seat, or the place on the waiting list, that a new person gets now. The mail states what the person has.

    A person who has registered before has that registration still, so pages refer to the mail.
    """

    id: RegistrationId
    state: LiveState
    queue_place: Annotated[int | None, Field(description="Place on the waiting list, 1 is the first; null with a seat")]
    event: EventSummary


class RegistrationRead(BaseModel):
    """A registration as the staff see it."""

    model_config = ConfigDict(from_attributes=True)

    id: RegistrationId
    event_id: UUID
    state: State
    name: str
    email: Annotated[str | None, Field(description="Null for a walk-in who gave none")]
    organisation: str | None
    organisation_id: JoinedOrganisation
    project_id: UUID | None
    organisation_kind: Annotated[str | None, Field(description="As the person says")]
    language: str
    mode: PartMode | None
    origin: Origin
    force_reason: str | None
    queue_position: int | None
    cancelled_by: CancelledBy | None
    cancel_reason: Annotated[str | None, Field(description="Why the organiser cancelled the registration")]
    attendance: AttendanceStatus
    is_standing: Annotated[
        bool, Field(description="Whether it stands for its person: false once they have registered again")
    ]
    version: int
    created_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None


class RegistrationSelf(BaseModel):
    """Your own registration. Only confirmed persons get the join link."""

    id: RegistrationId
    state: State
    queue_place: int | None
    name: str
    email: str
    organisation: str | None
    organisation_id: JoinedOrganisation
    project_id: UUID | None
    organisation_kind: Annotated[str | None, Field(description="As the person says")]
    language: str
    mode: PartMode | None
    cancelled_by: CancelledBy | None
    cancel_reason: Annotated[str | None, Field(description="Why the organiser cancelled the registration")]
    created_at: datetime
    can_cancel: bool
    cancel_until_at: Annotated[
        datetime | None,
        Field(description="While you wait: the end of the event. Null: no deadline, while the event is postponed"),
    ]
    join_url: str | None
    event: EventSummary


class RegistrationQuery(ListQuery):
    """The filters of a list of registrations."""

    sort_keys = ("created_at", "name", "queue_position")

    state: Annotated[list[State] | None, Field(max_length=3)] = None
    origin: Annotated[list[Origin] | None, Field(max_length=3)] = None
    attendance: Annotated[list[AttendanceStatus] | None, Field(max_length=5)] = None
    q: Annotated[Line | None, Field(description="Part of a name or an organisation")] = None
