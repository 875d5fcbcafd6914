"""Vocabulary of measures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from services.contracts.measures import EVENTS_OF
from services.contracts.vocabulary import CALL_CLINICS, CALL_INFOS, EventKinds
from services.events.events.terms import Lacking


@dataclass(frozen=True, slots=True)
class Selection:
    """The held events that a figure counts: of these kinds."""

    kinds: EventKinds


class Counted(StrEnum):
    """The things that a measure counts."""

    events = "events"
    participants = "participants"
    themes = "themes"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: the things that it counts, and the events among which it counts them.

    `needs` names the records that a counted event should have, in the order in which missing ones are listed;
    `separately` the events whose participants are a figure beside the sum.
    """

    counted: Counted
    selection: Selection
    needs: tuple[Lacking, ...] = ()
    separately: Mapping[str, Selection] = field(default_factory=dict)


def _events(key: str, *needs: Lacking) -> Figure:
    return Figure(Counted.events, Selection(EVENTS_OF[key]), needs)


def _participants(key: str, *needs: Lacking, separately: Mapping[str, Selection] | None = None) -> Figure:
    return Figure(Counted.participants, Selection(EVENTS_OF[key]), (Lacking.attendance, *needs), separately or {})


_CALL_PARTS: Final = {
    "call_info_participants": Selection(CALL_INFOS),
    "call_clinic_participants": Selection(CALL_CLINICS),
}
# The rows T15-T16, T18-T19, T21-T23, T29, T31-T32 and T38-T40 of the catalogue.
FIGURES: Final[Mapping[str, Figure]] = {
    "netday_nat": _events("netday_nat"),
    "netday_nat_part": _participants("netday_nat_part"),
    "netday_reg": _events("netday_reg"),
    "netday_reg_part": _participants("netday_reg_part"),
    "coffee": _events("coffee"),
    "coffee_part": _participants("coffee_part"),
    "coffee_topics": Figure(Counted.themes, Selection(EVENTS_OF["coffee_topics"]), (Lacking.outcome,)),
    "bm_trips": _events("bm_trips"),
    "webinar": _events("webinar"),
    "webinar_part": _participants("webinar_part"),
    "call_infos": _events("call_infos", Lacking.call),
    "call_clinics": _events("call_clinics", Lacking.call),
    "call_part": _participants("call_part", Lacking.call, separately=_CALL_PARTS),
}
# The measure that says in how many months there was an event, and the one that counts organisations for each call.
BY_MONTH: Final = "coffee"
BY_CALL: Final = "call_part"
# The further figures of distinct organisations: of all people that a measure counts, and of those at one call's events.
ALL_ORGANISATIONS: Final = "organisations"
CALL_ORGANISATIONS: Final = "call_organisations"
ORGANISATION_MISSING: Final = "organisation_unknown"
