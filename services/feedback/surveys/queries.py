"""Every SELECT of surveys."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from services.contracts.measures import EVENTS_OF
from services.contracts.periods import parse_period
from services.feedback.events.models import Event
from services.feedback.versions import queries as versions
from services.kernel.data.types import Expression
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from .access import (
    has_not_ended,
    is_of_moved_event,
    is_of_postponed_event,
    readable_by,
    takes_answers,
    visible_to,
    window_holds,
)
from .kinds import HAS_BEGUN, HAS_CALL, is_about
from .models import Survey
from .schemas import EventSubject, SurveyDetail, SurveyQuery, SurveyRead
from .terms import SurveyId, SurveyState, WindowState


def listing(principal: Principal, query: SurveyQuery) -> Listing[SurveyRead]:
    """Return the list of the matching surveys that the caller may see."""
    return Listing(
        name="surveys",
        select=_filtered(_with_event().where(visible_to(principal)), query),
        read=read_survey,
        model=SurveyRead,
        key=Survey.id,
        default_sort="-held_on",
        sort_keys={"held_on": Event.last_on, "closes_at": Survey.closes_at, "state": Survey.state},
    )


def _with_event() -> Select[Survey]:
    return select(Survey).join(Survey.event).options(contains_eager(Survey.event))


def _filtered(statement: Select[Survey], query: SurveyQuery) -> Select[Survey]:
    if query.event_id:
        statement = statement.where(Survey.event_id == query.event_id)
    if query.coordination:
        statement = statement.where(Survey.coordination_id == query.coordination)
    if query.state:
        statement = statement.where(Survey.state.in_(query.state))
    if query.event_type:
        statement = statement.where(Event.type.in_(query.event_type))
    if query.scope:
        statement = statement.where(Event.scope.in_(query.scope))
    if query.measure:
        statement = statement.where(is_about(EVENTS_OF[query.measure]), HAS_BEGUN)
    if query.lacks:
        statement = statement.where(~HAS_CALL)
    if query.period:
        period = parse_period(query.period)
        statement = statement.where(Event.last_on.between(period.first_on, period.last_on))
    return statement


def read_survey(survey: Survey) -> SurveyRead:
    """Return the body of a survey."""
    return SurveyRead.model_validate(_facts(survey))


async def read_detail(session: AsyncSession, survey: Survey) -> SurveyDetail:
    """Return the body of a survey with the questions of its newest wording."""
    definition = await versions.get_definition(session, SurveyId(survey.id), survey.definition_version)
    facts = {**_facts(survey), "definition": definition, "languages": definition.languages()}
    return SurveyDetail.model_validate(facts)


def _facts(survey: Survey) -> dict[str, object]:
    own = {name: getattr(survey, name, None) for name in SurveyRead.model_fields}
    return {**own, "title": title_of(survey), "event": _subject(survey.event)}


def title_of(survey: Survey) -> dict[str, str]:
    """Return the survey's own title, or that of its event."""
    return survey.title or survey.event.title


def _subject(event: Event) -> EventSubject:
    return EventSubject.model_validate(
        {
            "event_id": event.id,
            "event_type": event.type,
            "scope": event.scope,
            "coordination_id": event.coordination_id,
            "held_on": event.last_on,
            "event_status": event.event_status,
        }
    )


async def get(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> Survey:
    """Return one survey that the caller may see. Raises: NotFound."""
    return _or_not_found(await session.scalar(_with_event().where(Survey.id == survey_id, visible_to(principal))))


async def get_readable(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> Survey:
    """Return one survey whose questions the caller may read. Raises: NotFound."""
    return _or_not_found(await session.scalar(_with_event().where(Survey.id == survey_id, readable_by(principal))))


async def window_state(session: AsyncSession, survey_id: SurveyId) -> WindowState:
    """Return whether people can answer the survey. Raises: NotFound, for a draft too."""
    state = case((takes_answers(), WindowState.open), (has_not_ended(), WindowState.not_open), else_=WindowState.closed)
    found = await session.scalar(select(state).where(Survey.id == survey_id, Survey.state != SurveyState.draft))
    if found is None:
        raise NotFound
    return WindowState(found)


async def get_locked(session: AsyncSession, survey_id: SurveyId) -> Survey:
    """Return one survey as it is now, whatever its state, locked until the transaction ends. Raises: NotFound."""
    statement = select(Survey).where(Survey.id == survey_id).with_for_update(key_share=True)
    return _or_not_found(await session.scalar(statement.execution_options(populate_existing=True)))


async def get_for_change(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> Survey:
    """Return one survey that the caller may see, locked until the transaction ends. Raises: NotFound."""
    statement = _with_event().where(Survey.id == survey_id, visible_to(principal))
    return _or_not_found(await session.scalar(statement.with_for_update(of=Survey, key_share=True)))


def _or_not_found(survey: Survey | None) -> Survey:
    if survey is None:
        raise NotFound
    return survey


async def lock_for_answer(session: AsyncSession, survey_id: SurveyId) -> None:
    """Lock the survey against closing until the transaction ends; answers do not wait for each other.

    The state of the survey is to be read by a later statement: this one may have waited for its closing.
    """
    # A connection that died silently must not keep a survey from closing.
    timeout = func.set_config("idle_in_transaction_session_timeout", "15s", true())
    await session.execute(select(timeout, func.pg_advisory_xact_lock_shared(_lock_of(survey_id))))


async def lock_for_closing(session: AsyncSession, survey_id: SurveyId) -> None:
    """Wait for the answers that are being stored, and let later ones wait until the transaction ends.

    Raises: DBAPIError, where an answer takes too long: all later answers wait too.
    """
    await session.execute(select(func.set_config("lock_timeout", "4s", true())))
    await session.execute(select(func.pg_advisory_xact_lock(_lock_of(survey_id))))


def _lock_of(survey_id: SurveyId) -> Expression:
    return func.hashtextextended(f"survey {survey_id}", 0)


async def closable_surveys(session: AsyncSession) -> list[SurveyId]:
    """Return the surveys whose end has passed or whose closing was requested, the oldest first.

    A survey whose window does not hold waits for its event.
    """
    is_over = and_(Survey.state == SurveyState.open, Survey.closes_at <= func.clock_timestamp())
    is_requested = and_(Survey.state != SurveyState.closed, Survey.close_requested_at.is_not(None))
    closable = select(Survey.id).where(or_(is_over, is_requested), window_holds()).order_by(Survey.id)
    return [SurveyId(survey_id) for survey_id in await session.scalars(closable)]


async def find_for_closing(session: AsyncSession, survey_id: SurveyId) -> Survey | None:
    """Return the survey unless it is closed or its window does not hold, locked against changes of its end."""
    unclosed = select(Survey).where(Survey.id == survey_id, Survey.state != SurveyState.closed, window_holds())
    survey: Survey | None = await session.scalar(unclosed.with_for_update(key_share=True))
    return survey


async def surveys_to_move(session: AsyncSession) -> Sequence[Survey]:
    """Return the surveys, not closed, whose event has another valid end than they stand by, locked, by their id."""
    moved = _with_event().where(Survey.state != SurveyState.closed, ~is_of_postponed_event(), is_of_moved_event())
    return (await session.scalars(moved.order_by(Survey.id).with_for_update(of=Survey, key_share=True))).all()
