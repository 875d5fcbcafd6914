"""Routes of answers."""

from fastapi import Response

from services.feedback.surveys.errors import SurveyClosed, SurveyNotOpen
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets.dependencies import GivenTicket
from services.feedback.tickets.errors import TicketNotValid, TicketUnknown
from services.kernel.data.db import ServiceDatabase
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone
from services.kernel.web.locations import without_location
from services.kernel.web.rate_limits import RateLimited
from services.kernel.web.routing import new_router

from . import service
from .errors import AnsweringOver, TicketUsed
from .schemas import ResponseCreate, ResponseRead
from .terms import STATUS_OF

router = new_router("surveys", tag="answers")


@router.post(
    "/{survey_id}/responses",
    summary="Answer a survey",
    status_code=201,
    responses={
        200: {"model": ResponseRead, "description": "An answer came earlier with this ticket, and was kept"},
        **problems(TicketUnknown, SurveyNotOpen, SurveyClosed, TicketNotValid),
    },
)
@without_location
async def create_response(
    survey_id: SurveyId,
    body: ResponseCreate,
    ticket: GivenTicket,
    principal: Anyone,
    limited: RateLimited,
    database: ServiceDatabase,
    response: Response,
) -> ResponseRead:
    """Store one person's anonymous answers. They are sealed until the release, which opens them once and counts them.

    A ticket is good for one answer. Every later one changes nothing, and gets `received_before`. Takes no
    Idempotency-Key, because its fingerprint would be one of the answers.
    """
    receipt = await service.respond(database, survey_id, body, ticket=ticket)
    response.status_code = STATUS_OF[receipt]
    return ResponseRead(state=receipt)


@router.head(
    "/{survey_id}/responses",
    summary="Check a ticket",
    status_code=204,
    responses=problems(TicketUnknown, TicketUsed, AnsweringOver, TicketNotValid),
)
async def check_ticket(
    survey_id: SurveyId, ticket: GivenTicket, principal: Anyone, limited: RateLimited, database: ServiceDatabase
) -> None:
    """Say by the status alone whether the ticket is good for an answer. It is not redeemed."""
    await service.check_ticket(database, survey_id, ticket=ticket)
