"""Use cases of versions."""

import hashlib
import json

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.feedback.surveys.terms import SurveyId

from . import queries
from .errors import DefinitionUnchanged, FieldTypeConflict
from .models import SurveyVersion
from .questions import Definition


async def check_rewording(session: AsyncSession, survey_id: SurveyId, definition: Definition) -> None:
    """Refuse a wording that changes nothing, or that changes what a question's counts are made of.

    Raises: DefinitionUnchanged, FieldTypeConflict.
    Requires: the survey is locked.
    """
    earlier = await queries.versions_of(session, survey_id)
    if earlier[-1].sha256 == fingerprint(definition):
        raise DefinitionUnchanged
    for version in earlier:
        _refuse_other_types(Definition.model_validate(version.definition), definition)


def _refuse_other_types(earlier: Definition, later: Definition) -> None:
    earlier_questions = earlier.answerable()
    for question_id, question in later.answerable().items():
        before = earlier_questions.get(question_id)
        if before is not None and (before.type, before.measured_by()) != (question.type, question.measured_by()):
            raise FieldTypeConflict(Phrase("details.question-changes-type", question=question_id))


async def add_version(session: AsyncSession, survey_id: SurveyId, number: int, definition: Definition) -> SurveyVersion:
    """Store a wording of a survey. Requires: the survey is new or locked."""
    version = SurveyVersion(
        survey_id=survey_id,
        number=number,
        definition=definition.model_dump(mode="json"),
        sha256=fingerprint(definition),
    )
    session.add(version)
    await session.flush()  # The version is stored before anything that names it.
    return version


def fingerprint(definition: Definition) -> bytes:
    """Return the SHA-256 of the definition's canonical JSON: sorted keys, no spaces, UTF-8."""
    plain = definition.model_dump(mode="json")
    return hashlib.sha256(
        json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).digest()
