"""Announcements of results."""

from typing import ClassVar
from uuid import UUID

from services.kernel.background.messages import Announcement


class SurveyReleased(Announcement):
    """A survey's results may be read, as far as they are disclosed."""

    kind: ClassVar[str] = "vipu.survey.released.v1"
    survey_id: UUID
    event_id: UUID
