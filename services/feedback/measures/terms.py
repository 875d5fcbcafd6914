"""Vocabulary of measures."""

from typing import Final

# T43, T44 and T46: they count measurements, which have no records yet. Key → reason code.
UNRECORDED: Final = dict.fromkeys(("start_evals", "end_evals", "theme_change"), "measurements_not_recorded")
