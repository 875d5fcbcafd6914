"""Bodies of revisions."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.kernel.lists.pages import ListQuery


class RevisionItem(BaseModel):
    """A change: since when known, when entered, by whom and why, and which fields it touched."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    known_at: datetime
    entered_at: datetime
    author: str
    reason: str | None
    batch_id: UUID | None
    changed: list[str]


class RevisionQuery(ListQuery):
    """All revisions."""
