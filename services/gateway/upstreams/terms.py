"""The gateway's words: services asked, sections, states, comparisons, limits."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from fastapi import Path

from services.kernel.measures import catalogue
from services.kernel.security.auth import Role

ServiceName = Literal["registry", "events", "feedback"]
SERVICE_NAMES: Final[tuple[ServiceName, ...]] = ("registry", "events", "feedback")

# The service whose records a measure is counted from; the others are counted in the registry.
EVENTS_KEYS: Final = frozenset(
    {
        "netday_nat",
        "netday_nat_part",
        "netday_reg",
        "netday_reg_part",
        "coffee",
        "coffee_part",
        "coffee_topics",
        "bm_trips",
        "webinar",
        "webinar_part",
        "call_infos",
        "call_clinics",
        "call_part",
    }
)
FEEDBACK_KEYS: Final = frozenset(
    {
        "netday_nat_fb",
        "netday_reg_fb",
        "webinar_fb",
        "call_fb",
        "eval_model",
        "eval_actors",
        "eval_measures",
        "start_evals",
        "end_evals",
        "theme_change",
    }
)


def service_of(key: str) -> ServiceName:
    """The service that answers for a measure."""
    if key in EVENTS_KEYS:
        return "events"
    return "feedback" if key in FEEDBACK_KEYS else "registry"


SERVICE_OF: Final[dict[str, ServiceName]] = {row.key: service_of(row.key) for row in catalogue()}

# States of a project that only some callers are told of: the registry decides, each time, which.
DRAFT_STATES: Final = frozenset({"idea", "applied"})

# Roles that may look at the dashboard of the coordination project they are held in.
READERS: Final = (Role.coordinator, Role.funder, Role.partner, Role.project_contact)

# A coordination project's page asks three services for each of its rows, so it is shorter than other lists' pages.
MAX_COORDINATIONS: Final = 50
# Headline questions under way at once to each service: one list must not take a whole service.
MAX_AT_ONCE: Final = 8


class SectionStatus(StrEnum):
    """How a part of the answer was got. `hidden`: the caller's rights do not reach it."""

    ok = "ok"
    stale = "stale"
    unavailable = "unavailable"
    hidden = "hidden"


class Compare(StrEnum):
    """The period that figures are compared with."""

    previous = "previous"
    same_last_year = "same-last-year"


Ref = Annotated[
    str,
    Path(
        min_length=2,
        max_length=80,
        pattern=r"^[A-Za-z0-9-]+$",
        description="The coordination project's id or slug",
        examples=["parempi-tyoelama"],
    ),
]
MeasureKey = Annotated[
    str, Path(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$", description="A measure's key", examples=["coffee"])
]
