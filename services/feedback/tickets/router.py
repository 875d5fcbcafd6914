"""Routes of tickets."""

from services.feedback.surveys.errors import SurveyClosed
from services.kernel.data.db import Transaction
from services.kernel.openapi.document import problems
from services.kernel.security.auth import MessagesWrite
from services.kernel.web.routing import new_router

from . import service
from .errors import BatchInUse
from .schemas import BatchPut, BatchRead
from .terms import BatchId

router = new_router("tickets", tag="tickets")


@router.put("/batches/{batch_id}", summary="Hand out tickets", responses=problems(SurveyClosed, BatchInUse))
async def issue_tickets(batch_id: BatchId, body: BatchPut, principal: MessagesWrite, session: Transaction) -> BatchRead:
    """Make one-time tickets for the people who may answer a survey. For the other services of Vipu only.

    Readers of the results get no tickets: with four answers of their own they would know the fifth. The same batch,
    sent again, makes new tickets for the same people, so a lost response does no harm. Needs no If-Match.
    """
    return BatchRead(tickets=await service.issue_batch(session, principal, batch_id, body))
