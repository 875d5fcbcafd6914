"""Routes of the mailbox. They are no part of the contract: they exist on a developer's machine only."""

from services.kernel.auth import Anyone
from services.kernel.db import Reading
from services.kernel.routing import new_router

from . import reading
from .access import MailboxOnly
from .schemas import MailboxList, MailboxRead
from .terms import MailId

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
