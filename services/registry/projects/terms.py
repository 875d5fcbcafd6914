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
    """The kind of a project."""

    programme = "programme"
    coordination = "coordination"
    national = "national"
    regional = "regional"
    pilot = "pilot"
    experiment = "experiment"


class ProjectScope(StrEnum):
    """The reach of a project."""

    national = "national"
    regional = "regional"
    local = "local"


# The projects that lead: they organise events, coordinate others and have a dashboard. Coordination projects and
# programmes always lead, an experiment where it is national. Only people enter them; no import does.
LEADING: Final = frozenset(
    {
        *((kind, scope) for kind in (ProjectKind.coordination, ProjectKind.programme) for scope in ProjectScope),
        (ProjectKind.experiment, ProjectScope.national),
    }
)


def is_leading(kind: str, scope: str) -> bool:
    """Return whether a project of this kind and scope leads."""
    return (kind, scope) in LEADING


class State(StrEnum):
    """The state of a project."""

    idea = "idea"
    applied = "applied"
    approved = "approved"
    running = "running"
    interrupted = "interrupted"
    ended = "ended"
    closed = "closed"
    cancelled = "cancelled"


# Not yet public: seen only by callers who may change them.
DRAFT_STATES: Final = tuple(state for state in State if state in DRAFT_PROJECT_STATES)
# A project in these states is in force in no period.
NEVER_IN_FORCE: Final = (*DRAFT_STATES, State.cancelled)


class IdentifierScheme(StrEnum):
    """The register or system that gave an identifier."""

    hankeikkuna = "hankeikkuna"
    asianumero = "asianumero"
    eura2007 = "eura2007"
    eura2014 = "eura2014"
    eura2021 = "eura2021"
    ryhmahanke = "ryhmahanke"
    kohesio = "kohesio"
    url = "url"


class DateKind(StrEnum):
    """The kind of a date: planned and actual days are different facts."""

    planned_start = "planned_start"
    planned_end = "planned_end"
    actual_start = "actual_start"
    actual_end = "actual_end"


class PartyRole(StrEnum):
    """The role of an organisation in a project."""

    funder = "funder"
    appointing_body = "appointing_body"
    coordinator = "coordinator"
    implementer = "implementer"
    part_implementer = "part_implementer"
    partner = "partner"
    host = "host"
    transfer_recipient = "transfer_recipient"


class FundingSource(StrEnum):
    """The source of money. Registers publish sums of sources; a sum is never added to its parts."""

    eu = "eu"
    state = "state"
    eu_and_state = "eu_and_state"
    municipality = "municipality"
    public = "public"
    private = "private"
    own = "own"
    total = "total"


class FundingKind(StrEnum):
    """The stage of funding, from planned to paid."""

    planned = "planned"
    granted = "granted"
    realised = "realised"
    paid = "paid"


class AreaMeaning(StrEnum):
    """The meaning of an area for a project."""

    action = "action"
    seat = "seat"
    target = "target"


class TopicScheme(StrEnum):
    """The code lists of the topics of a project: its themes, target groups and client groups."""

    theme = "theme"
    target_group = "target_group"
    client_group = "client_group"


class Precision(StrEnum):
    """The precision to which the time of a milestone is known."""

    day = "day"
    month = "month"
    quarter = "quarter"
    season = "season"
    half = "half"
    year = "year"


class MilestoneState(StrEnum):
    """The state of a milestone."""

    planned = "planned"
    reached = "reached"
    missed = "missed"
    cancelled = "cancelled"


def slug_of(name: str, *, suffix: str = "") -> str:
    """Make a slug of a name: `Työstä työhön` becomes `tyosta-tyohon`. A suffix distinguishes projects of one name."""
    parts = as_slug(name, max_length=SLUG_LENGTH), as_slug(suffix, max_length=_SUFFIX_LENGTH)
    return "-".join(part for part in parts if part) or "hanke"
