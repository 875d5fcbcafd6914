"""Bodies of the mailbox."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class MailboxSummary(BaseModel):
    """A message as the list shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    to: str
    subject: str
    at: datetime


class MailboxList(BaseModel):
    """The newest messages, newest first."""

    items: list[MailboxSummary]


class MailboxRead(MailboxSummary):
    """A message with its headers and parts."""

    headers: dict[str, str]
    text: str
    html: str
    calendar: str | None
