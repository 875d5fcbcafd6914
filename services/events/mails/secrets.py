"""Secrets of the links in waiting mails. None outlives the sending: not in its table, and not in the table's file."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.rewriting import rewrite
from services.kernel.runtime import PeriodicTask, Runtime

from . import queries
from .models import MailSecret, SecretDeletion


async def store_secret(session: AsyncSession, mail_id: UUID, secret: str) -> None:
    """Store the secret of a mail. Requires: the mail has none."""
    await session.execute(insert(MailSecret).values(mail_id=mail_id, secret=secret))


async def delete_secrets(session: AsyncSession, mail_ids: Sequence[UUID] | Select[UUID]) -> None:
    """Delete the secrets of these mails, as far as they have any, and let their table be rewritten soon."""
    deleted = delete(MailSecret).where(MailSecret.mail_id.in_(mail_ids)).returning(MailSecret.mail_id).cte("deleted")
    noting = select(func.gen_random_uuid()).where(exists(select(deleted.c.mail_id)))
    await session.execute(insert(SecretDeletion).from_select(["id"], noting, include_defaults=False))


async def rewrite_secrets(runtime: Runtime) -> None:
    """Rewrite the table if secrets were deleted since it was rewritten last; while it is in use, the next run does."""
    async with runtime.database.reading() as reading:
        deletions = await queries.secret_deletions(reading)
    # A deletion that commits later is not among these, and stays for the next run.
    if deletions and await rewrite(runtime.database, MailSecret.__tablename__):
        async with runtime.database.transaction() as session:
            await session.execute(delete(SecretDeletion).where(SecretDeletion.id.in_(deletions)))


REWRITE_SECRETS: Final = PeriodicTask("rewrite-mail-secrets", timedelta(seconds=10), rewrite_secrets)
