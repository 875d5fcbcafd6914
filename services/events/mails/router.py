"""Routes of the mailbox. They are no part of the contract: they exist on a developer's machine only."""

from typing import Annotated

from fastapi import Depends, Request

from services.kernel.data.db import Reading
from services.kernel.security.auth import Anyone
from services.kernel.web.routing import new_router

from . import reading
from .access import check_has_mailbox
from .schemas import MailboxList, MailboxRead
from .terms import MailId


async def refuse_without_mailbox(request: Request) -> None:
    """Raises NotFound where mails are really sent."""
    check_has_mailbox(request.app.state.runtime.settings)


MailboxOnly = Annotated[None, Depends(refuse_without_mailbox)]

router = new_router("mailbox", tag="mailbox")


@router.get("", summary="List the mailbox", include_in_schema=False)
async def list_mailbox(principal: Anyone, developing: MailboxOnly, session: Reading) -> MailboxList:
    """The newest mails that would have been sent."""
    return await reading.list_messages(session)


@router.get("/{message_id}", summary="Read a mail", include_in_schema=False)
async def read_mailbox_message(
    message_id: MailId, principal: Anyone, developing: MailboxOnly, session: Reading
) -> MailboxRead:
    """One mail, taken apart."""
    return await reading.read_message(session, message_id)
