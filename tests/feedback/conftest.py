"""Fixtures of feedback's tests."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
import pytest

from services.feedback.keys.folder import KeyFolder
from services.feedback.keys.pairs import private_key
from services.feedback.keys.terms import KeyId
from services.feedback.responses.sealing import AnswerSealing
from services.feedback.responses.terms import OpenedAnswer
from services.feedback.surveys.terms import SurveyId

Opened = Callable[[str], Awaitable[list[OpenedAnswer]]]


@pytest.fixture
def opened(superuser: asyncpg.Connection, survey_keys_folder) -> Opened:
    """`await opened(survey_id)`: the answers of an unreleased survey, opened with its private key, in no order."""

    async def open_all(survey_id: str) -> list[OpenedAnswer]:
        key_id = await superuser.fetchval("SELECT id FROM feedback.survey_keys WHERE survey_id = $1", survey_id)
        stored = KeyFolder(survey_keys_folder).read(KeyId(key_id))
        assert stored is not None
        rows = await superuser.fetch("SELECT sealed FROM feedback.answers WHERE survey_id = $1", survey_id)
        sealing = AnswerSealing(SurveyId(UUID(survey_id)))
        return [sealing.open(row["sealed"], key=private_key(stored)) for row in rows]

    return open_all
