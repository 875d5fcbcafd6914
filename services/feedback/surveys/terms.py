"""Vocabulary of surveys."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, NewType
from uuid import UUID

from pydantic import AwareDatetime, Field

SurveyId = NewType("SurveyId", UUID)

# The job that makes a closed survey's release; the results room does it.
RELEASE_JOB: Final = "release_survey"


class SurveyKind(StrEnum):
    """What is asked about. The other kinds of the plan come with what they need."""

    event = "event"


class Anonymity(StrEnum):
    """How far an answer may lead back to a person; frozen when the survey is made."""

    anonymous_open = "anonymous_open"
    anonymous_ticket = "anonymous_ticket"
    pseudonymous_linked = "pseudonymous_linked"
    identified = "identified"


class Profile(StrEnum):
    """Which disclosure rule the results follow."""

    event = "event"


class SurveyState(StrEnum):
    """Draft until opened; closed for good."""

    draft = "draft"
    open = "open"
    closed = "closed"


# Beyond these a year would not fit every calendar that reads it.
Instant = Annotated[AwareDatetime, Field(ge=datetime(1990, 1, 1, tzinfo=UTC), le=datetime(2100, 1, 1, tzinfo=UTC))]
