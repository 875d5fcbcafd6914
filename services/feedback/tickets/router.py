"""Routes of tickets."""

from services.feedback.surveys.errors import SurveyClosed
from services.kernel.auth import FeedbackWrite
from services.kernel.db import Transaction
from services.kernel.openapi import problems
from services.kernel.routing import new_router

from . import service
from .errors import BatchInUse
from .schemas import BatchPut, BatchRead
from .terms import BatchId

router = new_router("tickets", tag="tickets")


@router.put("/batches/{batch_id}", summary="Hand out tickets", responses=problems(SurveyClosed, BatchInUse))
async def issue_tickets(batch_id: BatchId, body: BatchPut, principal: FeedbackWrite, session: Transaction) -> BatchRead:
    """Make one-time tickets for a survey's answerers.

    The same batch again replaces its tickets while none of them is spent, so a lost answer does no harm.
    Needs no If-Match.
    """
    return BatchRead(tickets=await service.issue_batch(session, principal, batch_id, body))
