"""Routes of answers."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Path, Response

from services.feedback.surveys.errors import SurveyClosed, SurveyNotOpen
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets.terms import Ticket
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone
from services.kernel.web.rate_limits import RateLimited
from services.kernel.web.routing import new_router

from . import service
from .dependencies import Sessions
from .errors import AlreadyAnswered
from .schemas import ResponsePut, ResponseRead
from .terms import UUID4_PATTERN

router = new_router("surveys", tag="answers")


@router.put(
    "/{survey_id}/responses/{response_id}",
    summary="Answer a survey",
    status_code=201,
    responses={
        200: {"model": ResponseRead, "description": "The same answer was stored before"},
        **problems(SurveyNotOpen, SurveyClosed, AlreadyAnswered),
    },
)
async def put_response(
    survey_id: SurveyId,
    response_id: Annotated[
        str, Path(pattern=UUID4_PATTERN, description="A UUID of version 4, made by the answerer's own device")
    ],
    body: ResponsePut,
    ticket: Annotated[Ticket, Header(alias="X-Ticket")],
    principal: Anyone,
    limited: RateLimited,
    sessions: Sessions,
    response: Response,
) -> ResponseRead:
    """Store one person's anonymous answers. The same answers under the same id again change nothing. Needs no If-Match.

    Only the answers are stored: no time, no address, no ticket, no language.
    """
    is_new = await service.put_response(sessions, survey_id, UUID(response_id), body, ticket=ticket)
    response.status_code = 201 if is_new else 200
    return ResponseRead(stored=True)
