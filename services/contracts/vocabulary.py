"""Codes that several services write or read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

# A code of a code list: a text, never a number, because leading zeros are part of it.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:+-]+$", min_length=1, max_length=64)]

# The states of a project that only its writers see.
DRAFT_PROJECT_STATES: Final = frozenset({"idea", "applied"})
# Codes that the events service writes. Readers accept every well-formed code, because new codes appear there first.
OpenEventType = Annotated[Code, Field(description="A code of the events service", examples=["webinar"])]
OpenEventScope = Annotated[Code, Field(description="A code of the events service", examples=["national"])]


class EventType(StrEnum):
    """The type of an event."""

    hankekahvit = "hankekahvit"
    webinar = "webinar"
    network_day = "network_day"
    major_region_event = "major_region_event"
    call_info = "call_info"
    call_clinic = "call_clinic"
    kick_off = "kick_off"
    regional_visit = "regional_visit"
    expert_group = "expert_group"
    steering_group = "steering_group"
    management_board = "management_board"
    training = "training"
    workshop = "workshop"
    benchmarking_trip = "benchmarking_trip"
    study_visit = "study_visit"
    other = "other"


class EventScope(StrEnum):
    """The reach of an event: the whole country or a region."""

    national = "national"
    regional = "regional"


@dataclass(frozen=True, slots=True)
class EventKind:
    """Events of this type and, where there is one, of this scope."""

    type: EventType
    scope: EventScope | None = None


@dataclass(frozen=True, slots=True)
class EventKinds:
    """Events of any of these kinds; without a kind, all events."""

    kinds: tuple[EventKind, ...] = ()


EVERY_KIND: Final = EventKinds()
# The events that measures count and surveys ask about. The kinds of one group are summed together.
NATIONAL_DAYS: Final = EventKinds((EventKind(EventType.network_day, EventScope.national),))
# A major-region event is regional whatever scope was recorded.
REGIONAL_DAYS: Final = EventKinds(
    (EventKind(EventType.network_day, EventScope.regional), EventKind(EventType.major_region_event))
)
PROJECT_COFFEES: Final = EventKinds((EventKind(EventType.hankekahvit),))
BENCHMARKING_TRIPS: Final = EventKinds((EventKind(EventType.benchmarking_trip),))
WEBINARS: Final = EventKinds((EventKind(EventType.webinar),))
CALL_INFOS: Final = EventKinds((EventKind(EventType.call_info),))
CALL_CLINICS: Final = EventKinds((EventKind(EventType.call_clinic),))
CALL_EVENTS: Final = EventKinds((*CALL_INFOS.kinds, *CALL_CLINICS.kinds))


class AreaScheme(StrEnum):
    """The code lists whose codes are areas."""

    maakunta = "maakunta"
    kunta = "kunta"
    ely = "ely"
    elinvoimakeskus = "elinvoimakeskus"
    hyvinvointialue = "hyvinvointialue"
    tyollisyysalue = "tyollisyysalue"
    yhteistyoalue = "yhteistyoalue"
    suuralue = "suuralue"
    suuralue_2007 = "suuralue_2007"
    avi = "avi"
    nuts1_2021 = "nuts1_2021"
    nuts2_2021 = "nuts2_2021"
    nuts3_2021 = "nuts3_2021"
    nuts1_2024 = "nuts1_2024"
    nuts2_2024 = "nuts2_2024"
    nuts3_2024 = "nuts3_2024"


class OrganisationKind(StrEnum):
    """The kind of an organisation."""

    ministry = "ministry"
    agency = "agency"
    ely_centre = "ely_centre"
    vitality_centre = "vitality_centre"
    municipality = "municipality"
    joint_municipal_authority = "joint_municipal_authority"
    wellbeing_county = "wellbeing_county"
    regional_council = "regional_council"
    university = "university"
    university_of_applied_sciences = "university_of_applied_sciences"
    educational_institution = "educational_institution"
    research_institute = "research_institute"
    company = "company"
    association = "association"
    foundation = "foundation"
    labour_market_organisation = "labour_market_organisation"
    other = "other"


def split_code(text: str) -> tuple[str, str]:
    """Split `maakunta:05` into scheme and code."""
    scheme, _, code = text.partition(":")
    return scheme, code
