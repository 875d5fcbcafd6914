"""Announcements of surveys. Answers announce nothing."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class SurveyOpened(Announcement):
    """A survey takes answers."""

    kind: ClassVar[str] = "vipu.survey.opened.v1"
    survey_id: UUID
    event_id: UUID
    version: int


class SurveyChanged(Announcement):
    """A survey's title, window or questions were changed."""

    kind: ClassVar[str] = "vipu.survey.changed.v1"
    survey_id: UUID
    event_id: UUID
    version: int


class SurveyClosed(Announcement):
    """A survey no longer takes answers."""

    kind: ClassVar[str] = "vipu.survey.closed.v1"
    survey_id: UUID
    event_id: UUID
    version: int
