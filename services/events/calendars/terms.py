"""Vocabulary of feeds."""

from datetime import timedelta
from typing import Final

# How long an event that is over stays in the public feed: what was missed can still be looked up.
RECENT: Final = timedelta(days=90)
# The upper limit of one feed; beyond it the farthest events come into sight as time goes by.
MAX_ENTRIES: Final = 2_000

CALENDAR_MEDIA_TYPE: Final = "text/calendar"
JSON_LD_MEDIA_TYPE: Final = "application/ld+json"
