"""Vocabulary of mails."""

from datetime import timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from services.kernel.background.leased import LeasedState

MailId = NewType("MailId", UUID)


class MailKind(StrEnum):
    """The reason of a mail."""

    confirmation = "confirmation"
    queued = "queued"
    promoted = "promoted"
    cancelled = "cancelled"
    cancelled_by_organiser = "cancelled_by_organiser"
    event_cancelled = "event_cancelled"
    event_changed = "event_changed"
    manage_link = "manage_link"
    queue_link = "queue_link"
    address_corrected = "address_corrected"
    address_removed = "address_removed"
    feedback_invitation = "feedback_invitation"


class MailState(StrEnum):
    """How far a mail has come. A parked one has its reason and waits until a person decides."""

    queued = LeasedState.queued.value
    sending = LeasedState.sending.value
    sent = LeasedState.sent.value
    parked = LeasedState.parked.value


# A person who registers repeatedly within this time gets one mail with the link, so that no address is flooded.
MANAGE_LINK_EVERY: Final = timedelta(minutes=10)

# The mails that show the join link to a person who has a seat. Some of these kinds go to waiting persons too.
SEATED_KINDS: Final = frozenset(
    {
        MailKind.confirmation,
        MailKind.promoted,
        MailKind.event_changed,
        MailKind.manage_link,
        MailKind.address_corrected,
    }
)
# The mails after which a person, and their calendar, knows the facts of the event.
INFORMING_KINDS: Final = (*sorted(SEATED_KINDS), MailKind.queued, MailKind.queue_link)
# The mails for another reason to a person who knows the event already. After them no other mail says what is new.
RESTATING_KINDS: Final = frozenset(
    {MailKind.promoted, MailKind.manage_link, MailKind.queue_link, MailKind.address_corrected}
)

# Sending: the mails of a batch, and a lease that is longer than the slowest server needs for a batch.
SENDING_BATCH: Final = 20
LEASE: Final = timedelta(minutes=10)
# A failed mail waits 2, 4, 8 … seconds, at most an hour; it is parked after about twenty hours.
LONGEST_WAIT: Final = timedelta(hours=1)
MAX_ATTEMPTS: Final = 30
# The time limit for the whole exchange with the mail server about one mail.
DELIVERY_SECONDS: Final = 25
# More than are sent between two rewritings of the secrets.
DELETIONS_PER_REWRITING: Final = 5_000
# One run of the periodic task ends after this, so that another worker can do the next.
RUN_SECONDS: Final = 60
