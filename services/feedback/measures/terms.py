"""Vocabulary of measures."""

from typing import Final

# T42 of the catalogue, whose events should belong to a call.
OF_CALLS: Final = "call_fb"
# T43, T44 and T46: they count measurements, which have no records yet. Key → reason code.
UNRECORDED: Final = dict.fromkeys(("start_evals", "end_evals", "theme_change"), "measurements_not_recorded")
