"""Every SELECT of keys."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.feedback.surveys.terms import SurveyId

from .models import KnownFolder, SurveyKey
from .terms import KeyId


async def key_of(session: AsyncSession, survey_id: SurveyId) -> KeyId | None:
    """Return the id of the survey's key, or None where it has none any more."""
    key_id = await session.scalar(select(SurveyKey.id).where(SurveyKey.survey_id == survey_id))
    return None if key_id is None else KeyId(key_id)


async def taken_keys(session: AsyncSession) -> dict[KeyId, SurveyId]:
    """Return the keys that surveys have, each with its survey."""
    taken = select(SurveyKey.id, SurveyKey.survey_id).where(SurveyKey.survey_id.is_not(None))
    return {KeyId(row.id): SurveyId(row.survey_id) for row in await session.execute(taken)}


async def ready_keys(session: AsyncSession) -> set[KeyId]:
    """Return the keys that no survey has taken."""
    return {
        KeyId(key_id) for key_id in await session.scalars(select(SurveyKey.id).where(SurveyKey.survey_id.is_(None)))
    }


async def public_keys(session: AsyncSession) -> dict[KeyId, bytes]:
    """Return the public keys of all pairs, taken and ready."""
    rows = await session.execute(select(SurveyKey.id, SurveyKey.public_key))
    return {KeyId(row.id): row.public_key for row in rows}


async def known_folder(session: AsyncSession) -> KnownFolder | None:
    """Return the folder that the database knows."""
    folder: KnownFolder | None = await session.scalar(select(KnownFolder))
    return folder
