"""Vocabulary of projects."""

from enum import StrEnum
from typing import Annotated, Final, NewType
from uuid import UUID

from pydantic import StringConstraints

from services.contracts.vocabulary import DRAFT_PROJECT_STATES
from services.kernel.text import as_slug

ProjectId = NewType("ProjectId", UUID)
# An id or a slug, wherever a project is named in an address.
ProjectRef = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$", min_length=1, max_length=80)]

SLUG_LENGTH: Final = 60
_SUFFIX_LENGTH: Final = 18


class ProjectKind(StrEnum):
    """What sort of undertaking it is."""

    programme = "programme"
    coordination = "coordination"
    national = "national"
    regional = "regional"
    pilot = "pilot"
    experiment = "experiment"


class ProjectScope(StrEnum):
    """How far it reaches."""

    national = "national"
    regional = "regional"
    local = "local"


# Which projects lead: they organise events, coordinate others and have a dashboard. Coordination projects and
# programmes always do, an experiment where it is the nation's. People enter them; no register's import makes one.
LEADING: Final = frozenset(
    {
        *((kind, scope) for kind in (ProjectKind.coordination, ProjectKind.programme) for scope in ProjectScope),
        (ProjectKind.experiment, ProjectScope.national),
    }
)


def is_leading(kind: str, scope: str) -> bool:
    """Return whether such a project leads."""
    return (kind, scope) in LEADING


class State(StrEnum):
    """Where a project stands."""

    idea = "idea"
    applied = "applied"
    approved = "approved"
    running = "running"
    interrupted = "interrupted"
    ended = "ended"
    closed = "closed"
    cancelled = "cancelled"


# Not yet public: seen only by those who may write them.
DRAFT_STATES: Final = tuple(state for state in State if state in DRAFT_PROJECT_STATES)
# In no period is such a project in force.
NEVER_IN_FORCE: Final = (*DRAFT_STATES, State.cancelled)


class IdentifierScheme(StrEnum):
    """Whose number it is."""

    hankeikkuna = "hankeikkuna"
    asianumero = "asianumero"
    eura2007 = "eura2007"
    eura2014 = "eura2014"
    eura2021 = "eura2021"
    ryhmahanke = "ryhmahanke"
    kohesio = "kohesio"
    url = "url"


class DateKind(StrEnum):
    """Planned and actual days are different facts."""

    planned_start = "planned_start"
    planned_end = "planned_end"
    actual_start = "actual_start"
    actual_end = "actual_end"


class PartyRole(StrEnum):
    """What an organisation is in a project."""

    funder = "funder"
    appointing_body = "appointing_body"
    coordinator = "coordinator"
    implementer = "implementer"
    part_implementer = "part_implementer"
    partner = "partner"
    host = "host"
    transfer_recipient = "transfer_recipient"


class FundingSource(StrEnum):
    """Whose money. Registers publish sums of sources; a sum is never added to what it contains."""

    eu = "eu"
    state = "state"
    eu_and_state = "eu_and_state"
    municipality = "municipality"
    public = "public"
    private = "private"
    own = "own"
    total = "total"


class FundingKind(StrEnum):
    """How real the money is."""

    planned = "planned"
    granted = "granted"
    realised = "realised"
    paid = "paid"


class AreaMeaning(StrEnum):
    """What the area is to the project."""

    action = "action"
    seat = "seat"
    target = "target"


class TopicScheme(StrEnum):
    """The code lists that say what a project is about and for whom."""

    theme = "theme"
    target_group = "target_group"
    client_group = "client_group"


class Precision(StrEnum):
    """How exactly a milestone's time is known."""

    day = "day"
    month = "month"
    quarter = "quarter"
    season = "season"
    half = "half"
    year = "year"


class MilestoneState(StrEnum):
    """Whether it came to pass."""

    planned = "planned"
    reached = "reached"
    missed = "missed"
    cancelled = "cancelled"


def slug_of(name: str, *, suffix: str = "") -> str:
    """Return an address part made of a name: `Työstä työhön` becomes `tyosta-tyohon`; a suffix tells namesakes apart."""
    parts = as_slug(name, max_length=SLUG_LENGTH), as_slug(suffix, max_length=_SUFFIX_LENGTH)
    return "-".join(part for part in parts if part) or "hanke"
