"""Bodies of events, as the events service announces and lists them. Other fields are ignored."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field

from services.contracts.vocabulary import Code, OpenEventScope, OpenEventType
from services.kernel.background.copies import Item


class AnnouncedArea(BaseModel):
    """A code of a list of areas."""

    scheme: str
    code: str


class AnnouncedEvent(Item):
    """An event as the messages `vipu.event.*` and the list of events have it."""

    event_id: UUID = Field(validation_alias=AliasChoices("event_id", "id"))
    coordination_id: UUID
    type: OpenEventType
    scope: OpenEventScope
    areas: list[AnnouncedArea]
    themes: list[str]
    title: dict[str, str]
    first_on: date
    last_on: date
    # None: a producer that does not say them. Then no survey follows the event.
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    event_status: Code
    publication_status: Code
    call_ids: list[UUID]
    version: int

    def row(self) -> Mapping[str, object]:
        """Return the row of the copy."""
        facts = self.model_dump(exclude={"event_id"})
        return {**facts, "id": self.event_id, "call_ids": [str(call_id) for call_id in self.call_ids]}


class DeletedEvent(BaseModel):
    """An event as `vipu.event.deleted.v1` has it."""

    event_id: UUID
    version: int
