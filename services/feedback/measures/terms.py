"""Vocabulary of measures: which events a feedback measure is about."""

from typing import Final

from services.contracts.vocabulary import CALL_EVENTS, NATIONAL_DAYS, REGIONAL_DAYS, WEBINARS, EventKinds

# T17, T20, T33 and T42 of the catalogue.
FEEDBACK: Final[dict[str, EventKinds]] = {
    "netday_nat_fb": NATIONAL_DAYS,
    "netday_reg_fb": REGIONAL_DAYS,
    "webinar_fb": WEBINARS,
    "call_fb": CALL_EVENTS,
}
# T10, T12, T13, T43, T44 and T46: they count measurements, which have no records yet. Key → reason code.
UNRECORDED: Final = dict.fromkeys(
    ("eval_model", "eval_actors", "eval_measures", "start_evals", "end_evals", "theme_change"),
    "measurements_not_recorded",
)
