"""Vocabulary of surveys."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, NewType
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from services.contracts.measures import EVENTS_OF, keys_of
from services.contracts.words import InvalidValue

SurveyId = NewType("SurveyId", UUID)

# The job that makes a closed survey's release; the package `results` runs it.
RELEASE_JOB: Final = "release_survey"


# A request to close takes effect when a survey has been open so long and has so many answers. Else the last answers
# before a request would be those of people that the caller has just seen.
CLOSABLE_AFTER: Final = timedelta(days=3)
CLOSABLE_FROM: Final = 10


# The people who may be invited to one survey.
MAX_INVITED: Final = 1_000_000


class SurveyKind(StrEnum):
    """The subject of a survey. Only events have surveys so far."""

    event = "event"


class Anonymity(StrEnum):
    """How far an answer may lead back to a person; frozen when the survey is made."""

    anonymous_open = "anonymous_open"
    anonymous_ticket = "anonymous_ticket"
    pseudonymous_linked = "pseudonymous_linked"
    identified = "identified"


class Profile(StrEnum):
    """The disclosure rule that the results follow."""

    event = "event"


class SurveyState(StrEnum):
    """Draft until opened; closed for good."""

    draft = "draft"
    open = "open"
    closed = "closed"


class WindowState(StrEnum):
    """Whether people can answer. A survey of a postponed event is not open."""

    not_open = "not_open"
    open = "open"
    closed = "closed"


# Not every calendar program reads years outside of these bounds.
Instant = Annotated[AwareDatetime, Field(ge=datetime(1990, 1, 1, tzinfo=UTC), le=datetime(2100, 1, 1, tzinfo=UTC))]


class Lacking(StrEnum):
    """A record that a survey's event lacks although a measure asks for it."""

    call = "call"


# The measures of the catalogue that are means of feedback on events.
MEASURES: Final = tuple(key for key in keys_of("feedback") if key in EVENTS_OF)


def known_measure(key: str) -> str:
    """Return the key, if it is of a measure of feedback on events. Raises ValueError."""
    if key not in MEASURES:
        raise InvalidValue("fields.not-a-measure")
    return key


MeasureFilter = Annotated[
    str,
    Field(max_length=40, examples=["webinar_fb"], json_schema_extra={"enum": list(MEASURES)}),
    AfterValidator(known_measure),
]
