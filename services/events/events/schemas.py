"""Bodies of events."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.contracts.measures import MeasureState
from services.contracts.periods import PeriodLabel
from services.contracts.vocabulary import Code, EventScope, EventType
from services.kernel.lists.pages import ListQuery
from services.kernel.patches import UNCHANGED
from services.kernel.text import (
    LanguageTag,
    Line,
    LocalizedLine,
    LocalizedLinePatch,
    LocalizedProse,
    LocalizedProsePatch,
    Slug,
)
from services.kernel.web.errors import FieldProblem
from services.kernel.web.etags import tag

from .email_addresses import EmailAddress
from .terms import (
    MAX_CAPACITY,
    MAX_LINKS,
    AreaFilter,
    BeforeStart,
    CoordinationRef,
    EventId,
    EventMode,
    EventStatus,
    HeadsQualifier,
    Instant,
    JoinUrl,
    Lacking,
    LiveStatus,
    Mark,
    MeasureFilter,
    PublicationStatus,
    RegistrationState,
    TargetGroup,
    Theme,
    WaitingList,
    ZoneName,
    not_a_uuid,
)

Capacity = Annotated[int, Field(ge=0, le=MAX_CAPACITY, description="Seats; null is unlimited")]
WaitingCapacity = Annotated[
    int, Field(ge=0, le=MAX_CAPACITY, description="Places on the waiting list; null is unlimited")
]
Links = Annotated[list[UUID], Field(max_length=MAX_LINKS)]
Themes = Annotated[list[Theme], Field(max_length=MAX_LINKS)]
TargetGroups = Annotated[
    list[TargetGroup], Field(max_length=MAX_LINKS, description="Codes of the registry's scheme `target_group`")
]
EventSlug = Annotated[Slug, AfterValidator(not_a_uuid)]
Contact = Annotated[EmailAddress, Field(description="The organiser's public address, which mails name for questions")]


class Area(BaseModel):
    """The code of an area, with its scheme."""

    model_config = ConfigDict(extra="forbid")

    scheme: Annotated[Code, Field(examples=["maakunta"])]
    code: Annotated[Code, Field(examples=["05"])]


Areas = Annotated[list[Area], Field(max_length=MAX_LINKS)]


class EventCreate(BaseModel):
    """A new event, which begins as a draft. It may be an event of the past."""

    model_config = ConfigDict(extra="forbid")

    coordination_id: UUID
    type: EventType
    title: LocalizedLine
    starts_at: Instant
    ends_at: Instant
    slug: Annotated[EventSlug | None, Field(description="Without one, the slug is made of title and day")] = None
    description: LocalizedProse | None = None
    marked_as: Mark | None = None
    scope: Annotated[EventScope, Field(description="A major-region event is always regional")] = EventScope.national
    areas: Annotated[Areas, Field(description="A major-region event needs one")] = []
    themes: Themes = []
    target_groups: TargetGroups = []
    languages: Annotated[list[LanguageTag], Field(max_length=20)] = ["fi"]
    call_ids: Links = []
    project_ids: Links = []
    practice_ids: Links = []
    mode: EventMode = EventMode.online
    venue: LocalizedLine | None = None
    address: Line | None = None
    join_url: JoinUrl | None = None
    time_zone: ZoneName = "Europe/Helsinki"
    registration_required: bool = True
    registration_opens_at: Annotated[Instant | None, Field(description="Null: when the event is published")] = None
    registration_closes_at: Annotated[Instant | None, Field(description="Null: when the event starts")] = None
    registration_closes_before_start: Annotated[
        BeforeStart | None, Field(description="In place of `registration_closes_at`; it follows a new start")
    ] = None
    cancel_until_at: Annotated[Instant | None, Field(description="Null: until the event starts")] = None
    cancel_until_before_start: Annotated[
        BeforeStart | None, Field(description="In place of `cancel_until_at`; it follows a new start")
    ] = None
    promote_until_before_start: Annotated[
        BeforeStart | None, Field(description="Waiting persons move up until then; null: until the event starts")
    ] = None
    capacity: Capacity | None = None
    waiting_list: WaitingList = WaitingList.off
    waiting_capacity: WaitingCapacity | None = None
    wants_feedback: bool = True
    contact_email: Contact | None = None


class EventPatch(BaseModel):
    """A change of an event (JSON merge patch). Absent fields stay as they are."""

    model_config = ConfigDict(extra="forbid")

    type: EventType = UNCHANGED
    title: LocalizedLinePatch = UNCHANGED
    starts_at: Instant = UNCHANGED
    ends_at: Instant = UNCHANGED
    event_status: LiveStatus = UNCHANGED
    description: LocalizedProsePatch | None = UNCHANGED
    marked_as: Mark | None = UNCHANGED
    scope: EventScope = UNCHANGED
    areas: Areas = UNCHANGED
    themes: Themes = UNCHANGED
    target_groups: TargetGroups = UNCHANGED
    languages: Annotated[list[LanguageTag], Field(max_length=20)] = UNCHANGED
    call_ids: Links = UNCHANGED
    project_ids: Links = UNCHANGED
    practice_ids: Links = UNCHANGED
    mode: EventMode = UNCHANGED
    venue: LocalizedLinePatch | None = UNCHANGED
    address: Line | None = UNCHANGED
    join_url: JoinUrl | None = UNCHANGED
    time_zone: ZoneName = UNCHANGED
    registration_required: bool = UNCHANGED
    registration_opens_at: Instant | None = UNCHANGED
    registration_closes_at: Instant | None = UNCHANGED
    registration_closes_before_start: BeforeStart | None = UNCHANGED
    cancel_until_at: Instant | None = UNCHANGED
    cancel_until_before_start: BeforeStart | None = UNCHANGED
    promote_until_before_start: BeforeStart | None = UNCHANGED
    capacity: Capacity | None = UNCHANGED
    waiting_list: WaitingList = UNCHANGED
    waiting_capacity: WaitingCapacity | None = UNCHANGED
    wants_feedback: bool = UNCHANGED
    contact_email: Contact | None = UNCHANGED


class EventCancel(BaseModel):
    """The reason of the cancellation, which registered persons get by mail."""

    model_config = ConfigDict(extra="forbid")

    reason: LocalizedLine


class EventRead(BaseModel):
    """An event in a list. Only the staff of its coordination project get the counts; for others they are null.

    Readers of its figures get `participants`, unless it is a number of one to four or would disclose such a number.
    """

    model_config = ConfigDict(from_attributes=True)

    id: EventId
    slug: str
    coordination_id: UUID
    type: EventType
    title: LocalizedLine
    publication_status: PublicationStatus
    event_status: EventStatus
    registration_state: RegistrationState
    marked_as: Mark | None
    scope: EventScope
    areas: list[Area]
    themes: list[str]
    target_groups: list[str]
    languages: list[str]
    mode: EventMode
    venue: LocalizedLine | None
    address: str | None
    starts_at: datetime
    ends_at: datetime
    first_on: Annotated[date, Field(description="The Helsinki day on which it starts")]
    last_on: Annotated[date, Field(description="The Helsinki day on which it ends; at midnight, the day before")]
    time_zone: str
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    capacity: int | None
    seats_left: Annotated[
        int | None,
        Field(
            description="Null: unlimited; except for staff also while one to four have a seat, and after registration"
        ),
    ]
    confirmed_count: int | None
    waiting_count: int | None
    cancelled_count: int | None
    attended_count: int | None
    heads: Annotated[int | None, Field(description="People besides the names; null where none were counted")]
    participants: Annotated[int | None, Field(description="Persons marked as attended, and heads")]
    participants_qualifier: Annotated[
        HeadsQualifier | None, Field(description="How exactly the heads among them were counted; null for an exact sum")
    ]
    participants_state: Annotated[
        MeasureState, Field(description="Whether `participants` is a value, zero, not recorded, not due or hidden")
    ]
    call_ids: list[UUID]
    project_ids: list[UUID]
    version: int


class Organiser(BaseModel):
    """The coordination project that organises the event, as the registry last announced it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    slug: str
    name: LocalizedLine


class ModeHeads(BaseModel):
    """The heads on site and online. Null: not counted."""

    onsite: int | None
    online: int | None


class ParticipantsByMode(BaseModel):
    """Persons and heads by how they took part: on site, online, or not known."""

    model_config = ConfigDict(from_attributes=True)

    onsite: int
    online: int
    unknown: int


class EventDetail(EventRead):
    """An event as it is now, by the database's clock (`server_time`). Only staff get the join link."""

    organiser: Organiser | None
    contact_email: str | None
    description: LocalizedProse | None
    cancel_reason: LocalizedLine | None
    previous_starts_at: datetime | None
    practice_ids: list[UUID]
    registration_required: bool
    registration_closes_before_start: Annotated[
        timedelta | None, Field(description="How long before the start `registration_closes_at` is, if it is set so")
    ]
    cancel_until_at: datetime | None
    cancel_until_before_start: Annotated[
        timedelta | None, Field(description="How long before the start `cancel_until_at` is, if it is set so")
    ]
    promote_until_before_start: Annotated[
        timedelta | None, Field(description="Waiting persons move up until so long before the start; null: until then")
    ]
    waiting_list: WaitingList
    waiting_capacity: int | None
    wants_feedback: bool
    join_url: str | None
    heads_by_mode: ModeHeads | None
    heads_by_organisation_kind: Mapping[str, int] | None
    participants_by_mode: ParticipantsByMode | None
    ical_uid: str
    ical_sequence: int
    server_time: datetime
    opens_in_seconds: int | None


class EventChangeRead(EventDetail):
    """An event after a change, with the deadlines that the caller should look at since its start is a new one."""

    warnings: list[FieldProblem]


def staff_headers(detail: EventDetail) -> dict[str, str]:
    """Return the headers for staff: the version, and no caching, because counters change without a new version."""
    return {} if detail.confirmed_count is None else {"ETag": tag(detail.version), "Cache-Control": "no-store"}


class EventQuery(ListQuery):
    """The filters of a list of events."""

    sort_keys = ("starts_at", "title", "created_at")

    coordination: CoordinationRef | None = None
    type: Annotated[list[EventType] | None, Field(max_length=16)] = None
    scope: Annotated[list[EventScope] | None, Field(max_length=2)] = None
    mode: Annotated[list[EventMode] | None, Field(max_length=3)] = None
    theme: Annotated[list[Theme] | None, Field(max_length=50)] = None
    target_group: Annotated[list[TargetGroup] | None, Field(max_length=50)] = None
    area: Annotated[list[AreaFilter] | None, Field(max_length=50)] = None
    status: Annotated[list[EventStatus] | None, Field(max_length=5)] = None
    publication_status: Annotated[list[PublicationStatus] | None, Field(max_length=3)] = None
    call: Annotated[list[UUID] | None, Field(max_length=50)] = None
    call_linked: Annotated[bool | None, Field(description="Whether the event belongs to a call")] = None
    held: Annotated[bool | None, Field(description="Whether the event was published, not cancelled, and has ended")] = (
        None
    )
    measure: Annotated[
        MeasureFilter | None, Field(description="The held events that this measure counts: the rows of the figure")
    ] = None
    lacks: Annotated[
        list[Lacking] | None,
        Field(max_length=3, description="The events that lack any of these records, for readers of their figures"),
    ] = None
    period: Annotated[PeriodLabel | None, Field(description="The events that end on a Helsinki day of the period")] = (
        None
    )
    starts_after: Instant | None = None
    starts_before: Instant | None = None
    q: Annotated[Line | None, Field(description="Part of a title")] = None
