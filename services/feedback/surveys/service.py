"""Use cases of surveys."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from services.feedback.events import queries as events
from services.feedback.events.models import Event
from services.feedback.templates.question_sets import TEMPLATES
from services.feedback.versions import service as versions
from services.feedback.versions.models import SurveyVersion
from services.feedback.versions.questions import Definition
from services.kernel import clock
from services.kernel.background import jobs
from services.kernel.background.outbox import announce
from services.kernel.data.db import Database
from services.kernel.data.ids import new_id
from services.kernel.patches import merged_changes, stored_values
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden
from services.kernel.web.etags import check_version

from . import access, errors, messages, queries
from .models import Survey
from .schemas import SurveyCreate, SurveyPatch
from .terms import RELEASE_JOB, Profile, SurveyId, SurveyState


async def create_survey(session: AsyncSession, principal: Principal, body: SurveyCreate) -> Survey:
    """Create a survey with the template's questions as its first version, and announce it if it is open.

    Raises: NotKnownYet, Forbidden, ClosesTooEarly, SurveyExists.
    """
    event = await events.get_known(session, body.event.event_id)
    _refuse_unless_staff(principal, event)
    now = await clock.database_now(session)
    opens_at = body.opens_at or now
    if body.closes_at <= max(opens_at, now):
        raise errors.ClosesTooEarly
    values = {
        **body.model_dump(exclude={"event", "opens_at"}),
        "event_id": event.id,
        "id": new_id(),
        "profile": Profile.event,
        "opens_at": opens_at,
    }
    created: Survey | None = await session.scalar(
        insert(Survey).values(values).on_conflict_do_nothing(index_elements=["event_id", "template"]).returning(Survey)
    )
    if created is None:
        raise errors.SurveyExists
    set_committed_value(created, "event", event)
    await versions.add_version(session, SurveyId(created.id), 1, TEMPLATES[body.template])
    if created.state == SurveyState.open:
        await announce(session, messages.SurveyOpened(**_subject(created)))
    return created


async def open_survey(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> Survey:
    """Open a draft, so that it takes answers; an open survey stays as it is.

    Raises: NotFound, Forbidden, SurveyClosed.
    """
    survey = await _changeable(session, principal, survey_id)
    if survey.state == SurveyState.draft:
        survey.state = SurveyState.open
        survey.version += 1
        await announce(session, messages.SurveyOpened(**_subject(survey)))
    return survey


async def change_survey(
    session: AsyncSession, principal: Principal, survey_id: SurveyId, body: SurveyPatch, *, read_version: int
) -> Survey:
    """Change the fields of the patch and announce it. A patch with the present values changes nothing.

    Raises: NotFound, Forbidden, VersionMismatch, SurveyClosed, AnonymityFrozen, ClosesTooEarly, Invalid.
    """
    survey = await _changeable(session, principal, survey_id)
    check_version(survey.version, read_version)
    values = merged_changes(body, {**stored_values(survey, body), "title": queries.title_of(survey)})
    if not values:
        return survey
    if "anonymity" in values:
        raise errors.AnonymityFrozen
    for name, value in values.items():
        setattr(survey, name, value)
    if "closes_at" in values and survey.closes_at <= max(survey.opens_at, await clock.database_now(session)):
        raise errors.ClosesTooEarly
    survey.version += 1
    await announce(session, messages.SurveyChanged(**_subject(survey)))
    return survey


async def reword_survey(
    session: AsyncSession, principal: Principal, survey_id: SurveyId, definition: Definition
) -> SurveyVersion:
    """Give the survey a new wording and announce it.

    Raises: NotFound, Forbidden, SurveyClosed, DefinitionUnchanged, FieldTypeConflict.
    """
    survey = await _changeable(session, principal, survey_id)
    await versions.check_rewording(session, survey_id, definition)
    survey.definition_version += 1
    survey.version += 1
    version = await versions.add_version(session, survey_id, survey.definition_version, definition)
    await announce(session, messages.SurveyChanged(**_subject(survey)))
    return version


async def close_survey(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> Survey:
    """Close the survey and enqueue the release of its results; a closed survey stays as it is.

    Raises: NotFound, Forbidden.
    """
    survey = await queries.get_for_change(session, principal, survey_id)
    _refuse_unless_staff(principal, survey.event)
    if survey.state != SurveyState.closed:
        await _close(session, survey)
    return survey


async def close_due_surveys(database: Database) -> None:
    """Close every open survey whose closing time has passed, each in a transaction of its own."""
    while True:
        async with database.transaction() as session:
            survey = await queries.next_due(session)
            if survey is None:
                return
            await _close(session, survey)


async def check_changeable(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> None:
    """Check that the caller may change the survey, without a lock. Raises: NotFound, Forbidden, SurveyClosed."""
    survey = await queries.get(session, principal, survey_id)
    _refuse_unless_changeable(principal, survey)


async def count_invited(session: AsyncSession, survey_id: SurveyId, added_count: int) -> None:
    """Add to the count of tickets handed out; a negative number lowers it. Raises: SurveyClosed."""
    counted_id = await session.scalar(
        update(Survey)
        .where(Survey.id == survey_id, Survey.state != SurveyState.closed)
        .values(invited_count=Survey.invited_count + added_count)
        .returning(Survey.id)
    )
    if counted_id is None:
        raise errors.SurveyClosed


async def count_answer(session: AsyncSession, survey_id: SurveyId) -> None:
    """Count one answer. Requires: the survey is locked by `queries.lock_for_answer`."""
    await session.execute(update(Survey).where(Survey.id == survey_id).values(answer_count=Survey.answer_count + 1))


async def _close(session: AsyncSession, survey: Survey) -> None:
    """Close the survey. No ticket is touched: a wait for a ticket's row with the survey's locked may never end."""
    survey.state = SurveyState.closed
    survey.version += 1
    await announce(session, messages.SurveyClosed(**_subject(survey)))
    await jobs.enqueue(session, RELEASE_JOB, {"survey_id": str(survey.id)}, dedupe_key=f"release:{survey.id}")


async def _changeable(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> Survey:
    survey = await queries.get_for_change(session, principal, survey_id)
    _refuse_unless_changeable(principal, survey)
    return survey


def _refuse_unless_changeable(principal: Principal, survey: Survey) -> None:
    _refuse_unless_staff(principal, survey.event)
    if survey.state == SurveyState.closed:
        raise errors.SurveyClosed


def _refuse_unless_staff(principal: Principal, event: Event) -> None:
    if not access.may_change(principal, event.coordination_id):
        raise Forbidden


def _subject(survey: Survey) -> dict[str, object]:
    return {"survey_id": survey.id, "event_id": survey.event_id, "version": survey.version}
