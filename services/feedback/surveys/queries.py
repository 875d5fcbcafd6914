"""Every SELECT of surveys."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from services.contracts.measures import EVENTS_OF
from services.contracts.periods import parse_period
from services.feedback.events.models import Event
from services.feedback.versions import queries as versions
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from .access import opens_later, readable_by, takes_answers, visible_to
from .kinds import HAS_BEGUN, HAS_CALL, is_about
from .models import Survey
from .schemas import EventSubject, SurveyDetail, SurveyQuery, SurveyRead
from .terms import SurveyId, SurveyState


@dataclass(frozen=True, slots=True)
class AnswerWindow:
    """Whether a survey takes answers now, or only later, and how many answers it has."""

    is_open: bool
    opens_later: bool
    answer_count: int


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
        statement = statement.where(Event.coordination_id == query.coordination)
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


async def get_for_change(session: AsyncSession, principal: Principal, survey_id: SurveyId) -> Survey:
    """Return one survey that the caller may see, locked until the transaction ends. Raises: NotFound."""
    statement = _with_event().where(Survey.id == survey_id, visible_to(principal))
    return _or_not_found(await session.scalar(statement.with_for_update(of=Survey, key_share=True)))


async def get_ever_opened(session: AsyncSession, survey_id: SurveyId) -> Survey:
    """Return one survey that is or was open, to any caller. Raises: NotFound."""
    return _or_not_found(
        await session.scalar(select(Survey).where(Survey.id == survey_id, Survey.state != SurveyState.draft))
    )


def _or_not_found(survey: Survey | None) -> Survey:
    if survey is None:
        raise NotFound
    return survey


async def lock_for_answer(session: AsyncSession, survey_id: SurveyId) -> AnswerWindow:
    """Lock the survey until the transaction ends, so that its answers are stored one after another."""
    window = select(takes_answers(), opens_later(), Survey.answer_count).where(Survey.id == survey_id)
    is_open, is_open_later, answer_count = (await session.execute(window.with_for_update(key_share=True))).one()
    return AnswerWindow(is_open=is_open, opens_later=is_open_later, answer_count=answer_count)


async def next_due(session: AsyncSession) -> Survey | None:
    """Return one open survey whose closing time has passed, locked; None when none is left or others close them."""
    due: Survey | None = await session.scalar(
        select(Survey)
        .where(Survey.state == SurveyState.open, Survey.closes_at <= func.clock_timestamp())
        .order_by(Survey.closes_at, Survey.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return due
