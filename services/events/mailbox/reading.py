"""Reading: the messages of the mailbox, parsed for a page."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from sqlalchemy.ext.asyncio import AsyncSession

from . import queries
from .models import MailboxMessage
from .schemas import MailboxList, MailboxRead
from .terms import MAX_LISTED, MessageId


async def list_messages(session: AsyncSession) -> MailboxList:
    """Return the newest messages."""
    return MailboxList(items=await queries.newest(session, limit=MAX_LISTED))


async def read_message(session: AsyncSession, message_id: MessageId) -> MailboxRead:
    """Return one message. Raises NotFound."""
    return _parsed(await queries.get(session, message_id))


def _parsed(stored: MailboxMessage) -> MailboxRead:
    message = message_from_bytes(stored.raw, policy=default)
    assert isinstance(message, EmailMessage)
    parts = {
        part.get_content_type(): part.get_content() for part in message.walk() if part.get_content_maintype() == "text"
    }
    return MailboxRead(
        id=stored.id,
        kind=stored.kind,
        to=stored.to_address,
        subject=stored.subject,
        at=stored.at,
        headers={name: str(value) for name, value in message.items()},
        text=parts.get("text/plain", ""),
        html=parts.get("text/html", ""),
        calendar=parts.get("text/calendar"),
    )
