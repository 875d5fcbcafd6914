"""Vocabulary of undelivered mails."""

from enum import StrEnum
from typing import Final

from services.events.mails.terms import MailKind


class RetryOutcome(StrEnum):
    """What became of the wish to send a mail again."""

    queued = "queued"
    # Its ticket was forgotten: the hand-over gives the person another.
    asked_anew = "asked_anew"
    # Something newer was told since, or the event is over.
    outdated = "outdated"
    not_parked = "not_parked"
    not_found = "not_found"


MAX_RETRIES: Final = 100
# What tells how a registration stands; each overtakes those before it.
NEWS: Final = (
    MailKind.confirmation,
    MailKind.queued,
    MailKind.promoted,
    MailKind.cancelled,
    MailKind.event_cancelled,
    MailKind.event_changed,
)
# Whose reader manages the registration by a link in it.
WITH_LINK: Final = frozenset(
    {MailKind.confirmation, MailKind.queued, MailKind.promoted, MailKind.event_changed, MailKind.manage_link}
)
