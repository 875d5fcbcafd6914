"""Bodies of revisions."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.kernel.lists.pages import ListQuery


class RevisionItem(BaseModel):
    """A change with its author, reason and changed fields. It is known since `known_at`, entered at `entered_at`."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    known_at: datetime
    entered_at: datetime
    author: str
    reason: str | None
    batch_id: UUID | None
    changed: list[str]


class RevisionQuery(ListQuery):
    """The order and page of the list of revisions."""

    sort_keys = ("version", "known_at")
