"""Every SELECT of the mailbox."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.web.errors import NotFound

from .models import MailboxMessage
from .schemas import MailboxSummary
from .terms import MessageId

# Without the message itself.
_SUMMARY = (
    MailboxMessage.id,
    MailboxMessage.kind,
    MailboxMessage.to_address.label("to"),
    MailboxMessage.subject,
    MailboxMessage.at,
)


async def newest(session: AsyncSession, *, limit: int) -> list[MailboxSummary]:
    """Return the newest messages, newest first."""
    statement = select(*_SUMMARY).order_by(MailboxMessage.at.desc(), MailboxMessage.id.desc()).limit(limit)
    return [MailboxSummary.model_validate(row) for row in await session.execute(statement)]


async def get(session: AsyncSession, message_id: MessageId) -> MailboxMessage:
    """Return one message. Raises NotFound."""
    message = await session.get(MailboxMessage, message_id)
    if message is None:
        raise NotFound
    return message
