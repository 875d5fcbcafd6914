"""Messages between services (CloudEvents 1.0): each states, in the past tense, a fact that became true."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


class Announcement(BaseModel):
    """A fact that became true. Subclasses set `kind`, e.g. `vipu.project.created.v1`; no personal data."""

    model_config = ConfigDict(frozen=True)
    kind: ClassVar[str]

    def object_id(self) -> UUID:
        """Return the id of the object that the fact is about, which is the first field."""
        first = next(iter(type(self).model_fields))
        value: UUID = getattr(self, first)
        return value


class CloudEvent(BaseModel):
    """One message on its way (CloudEvents 1.0, JSON format). `id` is stable over repeated deliveries."""

    model_config = ConfigDict(extra="forbid")

    specversion: Literal["1.0"]
    id: UUID
    source: str = Field(max_length=200, examples=["/api/registry"])
    type: str = Field(max_length=100, examples=["vipu.project.created.v1"])
    subject: str = Field(max_length=100)
    time: datetime
    datacontenttype: Literal["application/json"]
    data: Mapping[str, object] = Field(max_length=100)


MAX_MESSAGES = 100


class CloudEvents(BaseModel):
    """Messages that are sent together."""

    model_config = ConfigDict(extra="forbid")

    messages: Annotated[list[CloudEvent], Field(min_length=1, max_length=MAX_MESSAGES)]
