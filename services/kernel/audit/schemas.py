"""Bodies of the audit."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.kernel.lists.pages import ListQuery
from services.kernel.text import Line

from .terms import AuditAction, AuditOutcome

# In these bounds every zone has an instant that PostgreSQL and its driver know.
_Instant = Annotated[AwareDatetime, Field(ge=datetime(1990, 1, 1, tzinfo=UTC), le=datetime(2100, 1, 1, tzinfo=UTC))]


class AuditEntryRead(BaseModel):
    """One recorded request."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[int, Field(description="Its number; later entries have higher ones, with gaps")]
    recorded_at: Annotated[datetime, Field(description="The time just before the answer left")]
    subject: Annotated[str, Field(description="The caller: the subject of the token, or `anonymous`")]
    grants: Annotated[
        str,
        Field(description="The grants of the token, e.g. `coordinator@coordination:0192f0c1-…`, with spaces between"),
    ]
    coordination_id: Annotated[UUID | None, Field(description="The coordination project that the request was about")]
    action: Annotated[AuditAction, Field(description="The action of the caller, also of one who was denied")]
    noun: Annotated[str, Field(description="The kind of the rows", examples=["registrations"])]
    ids: Annotated[list[UUID], Field(description="The persons and other rows that the request was about or returned")]
    method: Annotated[str, Field(description="The HTTP method", examples=["GET"])]
    route: Annotated[str, Field(description="The template of the path", examples=["/v1/events/{ref}/registrations"])]
    request_id: Annotated[UUID, Field(description="The `X-Request-Id` of the answer")]
    outcome: Annotated[AuditOutcome, Field(description="The end of the request")]
    times: Annotated[
        int, Field(description="How many requests it stands for: 1, or more for unknown callers without a token")
    ]


class AuditQuery(ListQuery):
    """The filters of the audit."""

    sort_keys = ("recorded_at",)

    subject: Annotated[list[Line] | None, Field(max_length=20, description="The subject of the caller's token")] = None
    concerns: Annotated[UUID | None, Field(description="The id of a person or another row, as in `ids`")] = None
    coordination: Annotated[UUID | None, Field(description="The coordination project's id")] = None
    action: Annotated[
        list[AuditAction] | None, Field(max_length=len(AuditAction), description="The action of the caller")
    ] = None
    noun: Annotated[list[Line] | None, Field(max_length=20, description="The kind of the rows")] = None
    outcome: Annotated[
        list[AuditOutcome] | None, Field(max_length=len(AuditOutcome), description="The end of the request")
    ] = None
    recorded_from: Annotated[_Instant | None, Field(description="The earliest time")] = None
    recorded_before: Annotated[_Instant | None, Field(description="The time before which it was recorded")] = None
