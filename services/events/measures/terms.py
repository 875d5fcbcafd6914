"""Vocabulary of measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.events.events.terms import EventScope, EventType


@dataclass(frozen=True, slots=True)
class Selection:
    """Which held events a measure counts; the same filters open its rows."""

    types: tuple[EventType, ...]
    scope: EventScope | None = None
    call_linked: bool = False


class Counted(StrEnum):
    """What a measure counts of its events."""

    events = "events"
    participants = "participants"
    themes = "themes"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: what is counted of which events."""

    counted: Counted
    selection: Selection


_NATIONAL_DAYS = Selection((EventType.network_day,), scope=EventScope.national)
_REGIONAL_DAYS = Selection((EventType.network_day, EventType.major_region_event), scope=EventScope.regional)
_COFFEE = Selection((EventType.hankekahvit,))
_WEBINARS = Selection((EventType.webinar,))
_CALL_EVENTS = Selection((EventType.call_info, EventType.call_clinic), call_linked=True)

# The rows T15-T16, T18-T19, T21-T23, T29, T31-T32 and T38-T40 of data/measures.csv.
FIGURES: Final[Mapping[str, Figure]] = {
    "netday_nat": Figure(Counted.events, _NATIONAL_DAYS),
    "netday_nat_part": Figure(Counted.participants, _NATIONAL_DAYS),
    "netday_reg": Figure(Counted.events, _REGIONAL_DAYS),
    "netday_reg_part": Figure(Counted.participants, _REGIONAL_DAYS),
    "coffee": Figure(Counted.events, _COFFEE),
    "coffee_part": Figure(Counted.participants, _COFFEE),
    "coffee_topics": Figure(Counted.themes, _COFFEE),
    "bm_trips": Figure(Counted.events, Selection((EventType.benchmarking_trip,))),
    "webinar": Figure(Counted.events, _WEBINARS),
    "webinar_part": Figure(Counted.participants, _WEBINARS),
    "call_infos": Figure(Counted.events, Selection((EventType.call_info,), call_linked=True)),
    "call_clinics": Figure(Counted.events, Selection((EventType.call_clinic,), call_linked=True)),
    "call_part": Figure(Counted.participants, _CALL_EVENTS),
}
