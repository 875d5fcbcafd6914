"""Manage links: the secrets with which people manage their registrations, stored as hashes."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.ids import new_secret, secret_hash
from services.kernel.data.rows import columns_of, insert_all

from .models import RegistrationLink

_COLUMNS: Final = ("token_hash", "registration_id")
_LINK: Final = insert_all(RegistrationLink.metadata.tables[RegistrationLink.__tablename__], _COLUMNS)


async def issue_links(session: AsyncSession, registration_ids: Sequence[UUID]) -> list[str]:
    """Make a new secret for each registration. Earlier secrets keep working.

    Returns: the secrets, in the order of the registrations.
    """
    secrets = [new_secret() for _ in registration_ids]
    links = [
        {"token_hash": secret_hash(secret), "registration_id": registration_id}
        for secret, registration_id in zip(secrets, registration_ids, strict=True)
    ]
    await session.execute(_LINK, columns_of(links, _COLUMNS))
    return secrets


async def end_links(session: AsyncSession, registration_id: UUID) -> None:
    """End all manage links of a registration: none of its earlier secrets works any more."""
    await session.execute(delete(RegistrationLink).where(RegistrationLink.registration_id == registration_id))
