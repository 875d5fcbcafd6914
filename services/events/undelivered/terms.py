"""Vocabulary of undelivered mails."""

from enum import StrEnum
from typing import Final

from services.events.mails.terms import MailKind


class RetryOutcome(StrEnum):
    """The outcome of sending a parked mail again."""

    queued = "queued"
    # Its ticket is gone: the person gets a new feedback invitation.
    asked_anew = "asked_anew"
    # A newer mail supersedes it, or the event is over.
    outdated = "outdated"
    not_parked = "not_parked"
    not_found = "not_found"


MAX_RETRIES: Final = 100
# The mails about the state of a registration; each supersedes those before it.
STATE_KINDS: Final = (
    MailKind.confirmation,
    MailKind.queued,
    MailKind.promoted,
    MailKind.cancelled,
    MailKind.cancelled_by_organiser,
    MailKind.event_cancelled,
    MailKind.event_changed,
    MailKind.address_corrected,
)
# The mails with a manage link.
WITH_LINK: Final = frozenset(
    {
        MailKind.confirmation,
        MailKind.queued,
        MailKind.promoted,
        MailKind.event_changed,
        MailKind.manage_link,
        MailKind.queue_link,
        MailKind.address_corrected,
    }
)
# The mail that says why the organiser cancelled the registration.
WITH_REASON: Final = frozenset({MailKind.cancelled_by_organiser})
