"""Use cases of the mailbox."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from .models import MailboxMessage
from .terms import MAX_KEPT


async def keep(session: AsyncSession, *, kind: str, to_address: str, subject: str, raw: bytes) -> None:
    """Store a message (RFC 5322)."""
    values = {"kind": kind, "to_address": to_address, "subject": subject, "raw": raw}
    await session.execute(insert(MailboxMessage).values(values))


async def delete_surplus(session: AsyncSession) -> None:
    """Delete all but the newest messages."""
    newest_first = MailboxMessage.at.desc(), MailboxMessage.id.desc()
    surplus = select(MailboxMessage.id).order_by(*newest_first).offset(MAX_KEPT)
    await session.execute(delete(MailboxMessage).where(MailboxMessage.id.in_(surplus)))
