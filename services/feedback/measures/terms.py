"""Vocabulary of measures: which events a feedback measure is about."""

from dataclasses import dataclass
from typing import Final

from services.feedback.surveys.terms import EventScope, EventType


@dataclass(frozen=True, slots=True)
class EventKinds:
    """Events of these types and, where given, of this scope."""

    types: tuple[EventType, ...]
    scope: EventScope | None = None


# The definitions of data/measures.csv: T17, T20, T33, T42.
FEEDBACK: Final[dict[str, EventKinds]] = {
    "netday_nat_fb": EventKinds((EventType.network_day,), EventScope.national),
    "netday_reg_fb": EventKinds((EventType.network_day, EventType.major_region_event), EventScope.regional),
    "webinar_fb": EventKinds((EventType.webinar,)),
    "call_fb": EventKinds((EventType.call_info, EventType.call_clinic)),
}

# T10, T12, T13, T43, T44, T46: they count measurements, which have no room yet.
NOT_RECORDED: Final = ("eval_model", "eval_actors", "eval_measures", "start_evals", "end_evals", "theme_change")
KEYS: Final = (*FEEDBACK, *NOT_RECORDED)
