"""Vocabulary of measures."""

from collections.abc import Mapping
from typing import Final

from services.contracts.measures import Qualifier
from services.feedback.results.terms import Bound

# T42 of the catalogue, whose events should belong to a call.
OF_CALLS: Final = "call_fb"
# T43, T44 and T46: they count measurements, which have no records yet. Key → reason code.
UNRECORDED: Final = dict.fromkeys(("start_evals", "end_evals", "theme_change"), "measurements_not_recorded")
# How a sum reads whose parts are published in one of these ways.
QUALIFIER_OF: Final[Mapping[Bound, Qualifier | None]] = {
    Bound.exact: None,
    Bound.at_least: Qualifier.at_least,
    Bound.at_most: Qualifier.at_most,
}
# The code of surveys whose answers were lost before their release: the reason of a missing figure, or what it lacks.
ANSWERS_LOST: Final = "answers_lost"
