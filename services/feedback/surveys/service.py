"""Use cases of surveys."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from services.contracts.words import Phrase
from services.feedback.events import queries as events
from services.feedback.events.models import Event
from services.feedback.events.queries import POSTPONED
from services.feedback.keys import service as keys
from services.feedback.templates.question_sets import TEMPLATES
from services.feedback.versions import service as versions
from services.feedback.versions.models import SurveyVersion
from services.feedback.versions.questions import Definition
from services.feedback.versions.sizes import answer_size
from services.kernel import clock
from services.kernel.background import jobs
from services.kernel.background.outbox import announce
from services.kernel.data.ids import new_id
from services.kernel.patches import merged_changes, stored_values
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden, NotFound, NotKnownYet
from services.kernel.web.etags import check_version

from . import access, errors, messages, queries, windows
from .models import Survey
from .schemas import EventReference, InvitedCounts, SurveyCreate, SurveyPatch
from .terms import RELEASE_JOB, Profile, SurveyId, SurveyState

# The status of an event that only its coordination sees.
_DRAFT: Final = "draft"


async def create_survey(
    session: AsyncSession, principal: Principal, body: SurveyCreate, *, now: datetime | None = None
) -> Survey:
    """Create a survey with a pair of keys and the template's questions, and announce it if it is open.

    `now` is the time at which it is created; None for the database's clock.
    Raises: NotKnownYet, Forbidden, ClosesTooEarly, SurveyExists, NoSurveyKey.
    """
    event = await _event_of(session, principal, body.event)
    now = now or await clock.database_now(session)
    opens_at = body.opens_at or now
    if body.closes_at <= max(opens_at, now):
        raise errors.ClosesTooEarly
    values = {
        **body.model_dump(exclude={"event", "opens_at"}),
        "event_id": event.id,
        "coordination_id": event.coordination_id,
        "id": new_id(),
        "profile": Profile.event,
        "answer_size": answer_size(TEMPLATES[body.template]),
        "opens_at": opens_at,
        "event_ends_at": None if event.event_status == POSTPONED else event.ends_at,
        "followed_ends_at": event.ends_at,
    }
    created: Survey | None = await session.scalar(
        insert(Survey)
        .values(values)
        .on_conflict_do_nothing(index_elements=["event_id", "coordination_id", "template"])
        .returning(Survey)
    )
    if created is None:
        raise errors.SurveyExists
    set_committed_value(created, "event", event)
    await keys.take_key(session, SurveyId(created.id))
    await versions.add_version(session, SurveyId(created.id), 1, TEMPLATES[body.template])
    if created.state == SurveyState.open:
        await announce(session, messages.SurveyOpened(**_subject(created)))
    return created


async def _event_of(session: AsyncSession, principal: Principal, reference: EventReference) -> Event:
    """Return the event by what the events service has announced, never by what the caller says about it.

    A draft of another coordination is answered as an event that does not exist. Raises: NotKnownYet, Forbidden.
    """
    event = await events.get_known(session, reference.event_id)
    if reference.coordination_id not in {None, event.coordination_id}:
        raise NotKnownYet
    if access.may_change(principal, event.coordination_id):
        return event
    raise NotKnownYet if event.publication_status == _DRAFT else Forbidden


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
    if "closes_at" in values:
        _refuse_too_early(survey, body.closes_at, now=await clock.database_now(session))
    for name, value in values.items():
        setattr(survey, name, value)
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
    survey.answer_size = max(survey.answer_size, answer_size(definition))
    survey.version += 1
    version = await versions.add_version(session, survey_id, survey.definition_version, definition)
    await announce(session, messages.SurveyChanged(**_subject(survey)))
    return version


async def request_close(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> None:
    """Ask for the survey to be closed. The answer to the caller shows nothing of the survey.

    Raises: NotFound, Forbidden.
    """
    survey = await queries.get_for_change(session, principal, survey_id)
    _refuse_unless_staff(principal, survey.coordination_id)
    if survey.close_requested_at is None:
        survey.close_requested_at = await clock.database_now(session)


async def move_window(session: AsyncSession, survey: Survey, *, has_tickets: bool) -> None:
    """Let the survey's window follow its event to the event's present end, and announce it where it moves.

    Requires: the survey is locked and not closed, its event is loaded and has a valid end.
    """
    ends_at = survey.event.ends_at
    assert ends_at is not None
    before = windows.Window(survey.opens_at, survey.closes_at, survey.event_ends_at)
    now = await clock.database_now(session)
    after = windows.moved(before, ends_at, now=now, has_tickets=has_tickets)
    survey.opens_at, survey.closes_at, survey.event_ends_at = after.opens_at, after.closes_at, after.event_ends_at
    survey.followed_ends_at = ends_at
    if (after.opens_at, after.closes_at) != (before.opens_at, before.closes_at):
        survey.version += 1
        await announce(session, messages.SurveyChanged(**_subject(survey)))


async def close_survey(session: AsyncSession, survey_id: SurveyId) -> None:
    """Close the survey for good, announce it and enqueue the release of its results; a closed one stays as it is.

    Answers that are being stored are finished first, and are in the release.
    Raises: DBAPIError (lock_timeout), where an answer takes too long.
    """
    await queries.lock_for_closing(session, survey_id)
    closing = update(Survey).where(Survey.id == survey_id, Survey.state != SurveyState.closed)
    closed: Survey | None = await session.scalar(
        closing.values(state=SurveyState.closed, version=Survey.version + 1).returning(Survey)
    )
    if closed is not None:
        await announce(session, messages.SurveyClosed(**_subject(closed)))
        await jobs.enqueue(session, RELEASE_JOB, {"survey_id": str(survey_id)}, dedupe_key=f"release:{survey_id}")


async def set_invited(session: AsyncSession, survey_id: SurveyId, counts: InvitedCounts) -> None:
    """Set how many people were invited, and how many of them no mail reaches. Raises NotFound.

    A release takes the numbers that were set last. The survey's version stays: these are no facts that people edit.
    """
    setting = update(Survey).where(Survey.id == survey_id).returning(Survey.id)
    values = {"invited_count": counts.people, "undeliverable_count": counts.undeliverable}
    if await session.scalar(setting.values(values)) is None:
        raise NotFound


async def check_takes_tickets(
    session: AsyncSession, principal: Principal, survey_id: SurveyId, *, now: datetime | None = None
) -> None:
    """Check that the caller may issue tickets of the survey, which does not close until the transaction ends.

    Raises: NotFound, Forbidden, SurveyClosed.
    """
    await queries.lock_for_answer(session, survey_id)
    survey = await queries.get(session, principal, survey_id)
    _refuse_unless_changeable(principal, survey)
    has_ended = survey.closes_at <= (now or await clock.database_now(session))
    if has_ended and survey.event.event_status != POSTPONED:
        raise errors.SurveyClosed


def _refuse_too_early(survey: Survey, closes_at: datetime, *, now: datetime) -> None:
    """Refuse an end before the beginning, in the past, or before the end that an open survey has.

    An earlier end would close it after one answer less or one more, as the caller likes. Raises: ClosesTooEarly.
    """
    if survey.state == SurveyState.open and closes_at < survey.closes_at:
        raise errors.ClosesTooEarly(Phrase("details.close-instead"))
    if closes_at <= max(survey.opens_at, now):
        raise errors.ClosesTooEarly


async def _changeable(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> Survey:
    survey = await queries.get_for_change(session, principal, survey_id)
    _refuse_unless_changeable(principal, survey)
    return survey


def _refuse_unless_changeable(principal: Principal, survey: Survey) -> None:
    _refuse_unless_staff(principal, survey.coordination_id)
    if survey.state == SurveyState.closed:
        raise errors.SurveyClosed


def _refuse_unless_staff(principal: Principal, coordination_id: UUID) -> None:
    if not access.may_change(principal, coordination_id):
        raise Forbidden


def _subject(survey: Survey) -> dict[str, object]:
    return {"survey_id": survey.id, "event_id": survey.event_id, "version": survey.version}
