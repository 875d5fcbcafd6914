"""Vocabulary of the hand-over."""

from datetime import timedelta
from typing import Final

SURVEY_TEMPLATE: Final = "event_core"

# Who is marked as attended only after this is not asked any more: the survey closes soon.
GIVE_UP_AFTER: Final = timedelta(days=14)
# How long after the event its survey takes answers.
SURVEY_OPEN_FOR: Final = timedelta(days=28)
# A worker that died has its events taken over by another after this. A living one starts no event after half of it.
CLAIM: Final = timedelta(minutes=5)
EVENTS_A_SWEEP: Final = 10
# Tickets that feedback makes at once.
TICKETS_A_BATCH: Final = 5_000
MAX_ATTENDEES: Final = 100_000
