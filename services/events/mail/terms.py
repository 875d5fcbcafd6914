"""Vocabulary of mail."""

from datetime import timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

MailId = NewType("MailId", UUID)


class MailKind(StrEnum):
    """Why somebody is written to."""

    confirmation = "confirmation"
    queued = "queued"
    promoted = "promoted"
    cancelled = "cancelled"
    event_cancelled = "event_cancelled"
    event_changed = "event_changed"
    manage_link = "manage_link"
    feedback_invitation = "feedback_invitation"


class MailState(StrEnum):
    """How far a mail has come. A parked one waits for a person, with its reason."""

    queued = "queued"
    sending = "sending"
    sent = "sent"
    parked = "parked"


# Languages with templates of their own, in the order of fallback.
MAIL_LANGUAGES: Final = ("fi", "sv", "en")

# Who asks for the link again within this time gets the one mail: an address cannot be bombed through us.
MANAGE_LINK_EVERY: Final = timedelta(minutes=10)
