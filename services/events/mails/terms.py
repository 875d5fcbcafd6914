"""Vocabulary of mail."""

from datetime import timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from services.kernel.background.leased import LeasedState

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

    queued = LeasedState.queued.value
    sending = LeasedState.sending.value
    sent = LeasedState.sent.value
    parked = LeasedState.parked.value


# Who asks for the link again within this time gets the one mail: an address cannot be bombed through us.
MANAGE_LINK_EVERY: Final = timedelta(minutes=10)

# The news that puts an event into a calendar.
INVITING_KINDS: Final = (MailKind.confirmation, MailKind.promoted)

# Sending: so many at a time, each batch leased for so long that a slow server cannot outlast it.
SENDING_BATCH: Final = 20
LEASE: Final = timedelta(minutes=10)
# A failed mail waits 2, 4, 8 … seconds, at most an hour; it is parked after about twenty hours.
LONGEST_WAIT: Final = timedelta(hours=1)
MAX_ATTEMPTS: Final = 30
# The whole talk about one mail with the server, whatever it drips.
TALK_SECONDS: Final = 25
# One sweep ends after this, that the next can be another worker's.
SWEEP_SECONDS: Final = 60
