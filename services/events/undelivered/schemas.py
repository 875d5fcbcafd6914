"""Bodies of undelivered mails."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.events.mails.terms import MailId, MailKind, MailState
from services.kernel.lists.pages import ListQuery

from .terms import MAX_RETRIES, RetryOutcome


class MailRead(BaseModel):
    """A mail with its state. The registration names its recipient."""

    model_config = ConfigDict(from_attributes=True)

    id: MailId
    kind: MailKind
    registration_id: UUID | None
    state: MailState
    attempts: int
    last_error: Annotated[str | None, Field(examples=["recipient-550"])]
    queued_at: datetime
    sent_at: datetime | None


class MailQuery(ListQuery):
    """The filters of a list of mails."""

    sort_keys = ("queued_at",)

    state: Annotated[list[MailState] | None, Field(max_length=len(MailState))] = None
    kind: Annotated[list[MailKind] | None, Field(max_length=len(MailKind))] = None


class MailRetry(BaseModel):
    """The parked mails to send again."""

    model_config = ConfigDict(extra="forbid")

    mail_ids: Annotated[list[MailId], Field(min_length=1, max_length=MAX_RETRIES)]


class MailRetried(BaseModel):
    """The outcome for one mail."""

    mail_id: MailId
    outcome: RetryOutcome


class MailsRetried(BaseModel):
    """The outcome for each mail, in the order of the request."""

    items: list[MailRetried]
