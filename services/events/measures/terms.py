"""Vocabulary of measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.contracts.vocabulary import (
    CALL_EVENTS,
    NATIONAL_DAYS,
    PROJECT_COFFEES,
    REGIONAL_DAYS,
    WEBINARS,
    EventKinds,
    EventType,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The held events that a measure counts. The same filters give the address of its rows."""

    kinds: EventKinds
    call_linked: bool = False


class Counted(StrEnum):
    """The things that a measure counts."""

    events = "events"
    participants = "participants"
    themes = "themes"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: the things that it counts, and the events among which it counts them."""

    counted: Counted
    selection: Selection


# The rows T15-T16, T18-T19, T21-T23, T29, T31-T32 and T38-T40 of the catalogue.
FIGURES: Final[Mapping[str, Figure]] = {
    "netday_nat": Figure(Counted.events, Selection(NATIONAL_DAYS)),
    "netday_nat_part": Figure(Counted.participants, Selection(NATIONAL_DAYS)),
    "netday_reg": Figure(Counted.events, Selection(REGIONAL_DAYS)),
    "netday_reg_part": Figure(Counted.participants, Selection(REGIONAL_DAYS)),
    "coffee": Figure(Counted.events, Selection(PROJECT_COFFEES)),
    "coffee_part": Figure(Counted.participants, Selection(PROJECT_COFFEES)),
    "coffee_topics": Figure(Counted.themes, Selection(PROJECT_COFFEES)),
    "bm_trips": Figure(Counted.events, Selection(EventKinds((EventType.benchmarking_trip,)))),
    "webinar": Figure(Counted.events, Selection(WEBINARS)),
    "webinar_part": Figure(Counted.participants, Selection(WEBINARS)),
    "call_infos": Figure(Counted.events, Selection(EventKinds((EventType.call_info,)), call_linked=True)),
    "call_clinics": Figure(Counted.events, Selection(EventKinds((EventType.call_clinic,)), call_linked=True)),
    "call_part": Figure(Counted.participants, Selection(CALL_EVENTS, call_linked=True)),
}
