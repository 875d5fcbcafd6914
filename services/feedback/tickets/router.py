"""Routes of tickets."""

from services.feedback.surveys.errors import SurveyClosed
from services.kernel.data.db import UnstoredTransaction
from services.kernel.openapi.document import problems
from services.kernel.security.auth import MessagesWrite
from services.kernel.web.errors import NotFound
from services.kernel.web.routing import new_router

from . import service
from .schemas import BatchCreate, BatchRead

router = new_router("tickets", tag="tickets")


@router.post("/batches", summary="Hand out tickets", responses=problems(NotFound, SurveyClosed))
async def issue_tickets(body: BatchCreate, principal: MessagesWrite, session: UnstoredTransaction) -> BatchRead:
    """Make one-time tickets for the people who may answer a survey. For the other services of Vipu only.

    Readers of the results get no tickets: with four answers of their own they would know the fifth. Takes no
    Idempotency-Key, because no answer with tickets is stored: where one is lost, the caller asks again, and the lost
    tickets, which no person holds, are deleted with all others.
    """
    return await service.issue(session, principal, body)
