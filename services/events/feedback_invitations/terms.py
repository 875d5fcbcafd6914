"""Vocabulary of feedback invitations."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

SURVEY_TEMPLATE: Final = "event_core"

# A person marked as attended after this is not invited any more, because the survey closes soon.
GIVE_UP_AFTER: Final = timedelta(days=14)
# The survey takes answers for so long after the event.
SURVEY_OPEN_FOR: Final = timedelta(days=28)
# Changed numbers of invited persons are told for so long after the event. A coordination may let its survey close later
# than it was to.
COUNTED_FOR: Final = timedelta(days=90)
# Another worker takes over the events of a dead one after this. A living worker begins no event after half of it.
LEASE: Final = timedelta(minutes=5)
# Events that one run of the periodic task leases.
EVENTS_PER_BATCH: Final = 10
# Numbers that have not changed are told again after this, because feedback may have been restored from a backup.
TOLD_AGAIN_AFTER: Final = timedelta(hours=1)
# A survey that refuses its numbers is asked less and less often: in the end twice a day.
LONGEST_REFUSED: Final = timedelta(hours=12)
# Events whose numbers one run of the periodic task tells.
COUNTS_PER_RUN: Final = 50
# Tickets that one request to feedback makes.
TICKETS_PER_BATCH: Final = 5_000
MAX_ATTENDEES: Final = 100_000


@dataclass(frozen=True, slots=True)
class InvitedCounts:
    """The persons who were invited for feedback, each counted once, and those of them who cannot be reached by mail."""

    people: int
    undeliverable: int
