"""Every SELECT of partners."""

from typing import Final
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from .access import visible_to
from .models import PartnerClient
from .schemas import PartnerQuery, PartnerRead
from .terms import ClientId

# A lock of no row: one of a row would be written down, and the token of a known client would take longer.
_LOCKED: Final = "hashtextextended('registry.tokens:' || CAST(:client_id AS text), 0)"
_SHARE_TOKENS: Final = text(f"SELECT pg_advisory_xact_lock_shared({_LOCKED})")
_HOLD_TOKENS: Final = text(f"SELECT pg_advisory_xact_lock({_LOCKED})")


def listing(principal: Principal, query: PartnerQuery) -> Listing[PartnerRead]:
    """Return the machine clients that match and that the principal may see, by name."""
    statement = select(PartnerClient).where(visible_to(principal))
    if query.active is not None:
        statement = statement.where(PartnerClient.active.is_(query.active))
    return Listing(
        name="partners",
        select=statement,
        read=PartnerRead.model_validate,
        model=PartnerRead,
        key=PartnerClient.client_id,
        default_sort="name",
        sort_keys={"name": PartnerClient.sort_key, "created_at": PartnerClient.created_at},
    )


async def get(session: AsyncSession, principal: Principal, client_id: ClientId) -> PartnerClient:
    """Return one machine client that the principal may see. Raises NotFound."""
    return _found(await session.scalar(_visible(principal, client_id)))


async def get_for_change(session: AsyncSession, principal: Principal, client_id: ClientId) -> PartnerClient:
    """Return one machine client that the principal may see, locked until the transaction ends. Raises NotFound."""
    return _found(await session.scalar(_visible(principal, client_id).with_for_update()))


def _visible(principal: Principal, client_id: ClientId) -> Select[PartnerClient]:
    return select(PartnerClient).where(PartnerClient.client_id == client_id, visible_to(principal))


def _found(partner: PartnerClient | None) -> PartnerClient:
    if partner is None:
        raise NotFound
    return partner


async def secret_of_client(session: AsyncSession, client_id: str) -> bytes | None:
    """Return the hash of the secret of the active machine client with this id; None where there is none.

    It reads nothing else: the time of the answer to a wrong secret does not disclose whether there is a client. Until
    the transaction ends, the client's tokens are not revoked: a token that is made meanwhile is older than what revokes
    it. An unknown client takes the same statements.
    """
    parsed_id = _parsed(client_id)
    if parsed_id is None:
        return None
    await session.execute(_SHARE_TOKENS, {"client_id": str(parsed_id)})
    its_secret = select(PartnerClient.secret_hash).where(PartnerClient.client_id == parsed_id, PartnerClient.active)
    stored: bytes | None = await session.scalar(its_secret)
    return stored


async def active_client(session: AsyncSession, client_id: str) -> PartnerClient | None:
    """Return the active machine client with this id, which may be any text; None where there is none."""
    parsed_id = _parsed(client_id)
    if parsed_id is None:
        return None
    partner: PartnerClient | None = await session.scalar(
        select(PartnerClient).where(PartnerClient.client_id == parsed_id, PartnerClient.active)
    )
    return partner


def _parsed(client_id: str) -> UUID | None:
    try:
        return UUID(client_id)
    except ValueError:
        return None


async def hold_tokens(session: AsyncSession, client_id: ClientId) -> None:
    """Wait until no token of the client is being issued, and let others wait until the transaction ends."""
    await session.execute(_HOLD_TOKENS, {"client_id": str(client_id)})
