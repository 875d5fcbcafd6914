"""Routes of surveys."""

from typing import Annotated

from fastapi import Query, Response

from services.feedback.keys.errors import NoSurveyKey
from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone, FeedbackRead, FeedbackWrite, MessagesWrite
from services.kernel.web import etags
from services.kernel.web.errors import NotFound, NotKnownYet
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router

from . import queries, service
from .errors import (
    AnonymityFrozen,
    ClosesTooEarly,
    SurveyClosed,
    SurveyExists,
)
from .schemas import (
    CloseRead,
    InvitedCounts,
    SurveyCreate,
    SurveyDetail,
    SurveyPatch,
    SurveyQuery,
    SurveyRead,
    WindowRead,
)
from .terms import SurveyId

router = new_router("surveys", tag="surveys")


@router.get("", summary="List surveys")
async def list_surveys(
    query: Annotated[SurveyQuery, Query()], principal: FeedbackRead, lists: Lists
) -> Page[SurveyRead]:
    """The surveys of the coordinations the caller may see, the latest event first."""
    return await lists.page(queries.listing(principal, query), query)


@router.post(
    "",
    status_code=201,
    summary="Create a survey",
    responses=problems(NotKnownYet, SurveyExists, ClosesTooEarly, NoSurveyKey),
)
async def create_survey(
    body: SurveyCreate, principal: FeedbackWrite, session: Transaction, response: Response
) -> SurveyRead:
    """Create the survey of an event, with the questions of a template. An event has one survey of each template.

    An event that the events service has not announced yet is refused with `not-known-yet`; try again a little later.
    So is a survey for which no pair of keys is ready, with `no-survey-key`.
    """
    survey = await service.create_survey(session, principal, body)
    etags.mark(response, survey.version)
    return queries.read_survey(survey)


@router.get("/{survey_id}", summary="Read a survey and its questions")
async def read_survey(survey_id: SurveyId, principal: Anyone, session: Reading, response: Response) -> SurveyDetail:
    """The survey with its questions in all languages. Only its coordination may read it while it is not open."""
    survey = await queries.get_readable(session, principal, survey_id)
    etags.mark(response, survey.version)
    return await queries.read_detail(session, survey)


@router.get("/{survey_id}/window", summary="Read whether a survey is open")
async def read_window(survey_id: SurveyId, principal: Anyone, session: Reading) -> WindowRead:
    """Whether people can answer now, only later, or no more. A draft is not found.

    The survey of a postponed event is not open until the event has a new date.
    """
    return WindowRead(state=await queries.window_state(session, survey_id))


@router.patch(
    "/{survey_id}", summary="Change a survey", responses=problems(SurveyClosed, AnonymityFrozen, ClosesTooEarly)
)
async def change_survey(
    survey_id: SurveyId,
    body: SurveyPatch,
    principal: FeedbackWrite,
    read_version: ReadVersion,
    session: Transaction,
    response: Response,
) -> SurveyRead:
    """Change the title or the closing time (JSON merge patch). Anonymity is frozen.

    An open survey may only close later than it was to; `POST …/close` asks for an earlier end.
    """
    survey = await service.change_survey(session, principal, survey_id, body, read_version=read_version)
    etags.mark(response, survey.version)
    return queries.read_survey(survey)


@router.post("/{survey_id}/open", summary="Open a draft", responses=problems(SurveyClosed))
async def open_survey(
    survey_id: SurveyId, principal: FeedbackWrite, session: Transaction, response: Response
) -> SurveyRead:
    """Open a draft, so that it takes answers."""
    survey = await service.open_survey(session, principal, survey_id)
    etags.mark(response, survey.version)
    return queries.read_survey(survey)


@router.put("/{survey_id}/invited", summary="Tell how many people were invited", responses=problems(NotFound))
async def set_invited(
    survey_id: SurveyId, body: InvitedCounts, principal: MessagesWrite, session: Transaction
) -> InvitedCounts:
    """Set the numbers of people invited so far. For the other services of Vipu only. Needs no If-Match."""
    await service.set_invited(session, survey_id, body)
    return body


@router.post("/{survey_id}/close", status_code=202, summary="Ask for a survey to be closed")
async def close_survey(survey_id: SurveyId, principal: FeedbackWrite, session: Transaction) -> CloseRead:
    """Ask for a survey to be closed before its end. It closes once it is three days old and has ten answers.

    Else it closes at its own end. The answer to this request is always the same. The results are released soon after
    the closing.
    """
    await service.request_close(session, principal, survey_id)
    return CloseRead(requested=True)
