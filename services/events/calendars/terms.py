"""Vocabulary of calendar feeds."""

from datetime import timedelta
from typing import Final

# An event stays in the public feed for so long after its end, so that people can still look it up.
RECENT: Final = timedelta(days=90)
# The upper limit of one feed. Events later than these enter it as time passes.
MAX_ENTRIES: Final = 2_000

CALENDAR_MEDIA_TYPE: Final = "text/calendar"
