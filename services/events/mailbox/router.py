"""Routes of the mailbox. They are no part of the contract: they exist on a developer's machine only."""

from typing import Annotated

from fastapi import Depends, Request

from services.kernel.data.db import Reading
from services.kernel.security.auth import Anyone
from services.kernel.web.routing import new_router

from . import reading
from .access import check_has_mailbox
from .schemas import MailboxList, MailboxRead
from .terms import MessageId


async def refuse_without_mailbox(request: Request) -> None:
    """Refuse the request where mails are sent rather than kept. Raises NotFound."""
    check_has_mailbox(request.app.state.runtime.settings)


MailboxOnly = Annotated[None, Depends(refuse_without_mailbox)]

router = new_router("mailbox", tag="mailbox")


@router.get("", summary="List the mailbox", include_in_schema=False)
async def list_mailbox(principal: Anyone, developing: MailboxOnly, session: Reading) -> MailboxList:
    """Return the newest mails that a mail server would have got."""
    return await reading.list_messages(session)


@router.get("/{message_id}", summary="Read a mail", include_in_schema=False)
async def read_mailbox_message(
    message_id: MessageId, principal: Anyone, developing: MailboxOnly, session: Reading
) -> MailboxRead:
    """Return one mail with its headers and parts."""
    return await reading.read_message(session, message_id)
