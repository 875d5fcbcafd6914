"""Parameters of calendar feeds."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.contracts.vocabulary import EventType
from services.events.events.terms import CoordinationRef


class FeedQuery(BaseModel):
    """The filters of a calendar feed."""

    model_config = ConfigDict(extra="forbid")

    coordination: CoordinationRef | None = None
    type: Annotated[list[EventType] | None, Field(max_length=20)] = None
