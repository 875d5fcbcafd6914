"""Every SELECT of partners."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.lists.pages import Listing
from services.kernel.web.errors import NotFound

from .models import PartnerClient
from .schemas import PartnerQuery, PartnerRead
from .terms import ClientId


def listing(query: PartnerQuery) -> Listing[PartnerRead]:
    """Return the machine clients that match, by name."""
    statement = select(PartnerClient)
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


async def get(session: AsyncSession, client_id: ClientId) -> PartnerClient:
    """Return one machine client. Raises NotFound."""
    partner = await session.get(PartnerClient, client_id)
    if partner is None:
        raise NotFound
    return partner


async def get_for_change(session: AsyncSession, client_id: ClientId) -> PartnerClient:
    """Return one machine client, locked until the transaction ends. Raises NotFound."""
    partner = await session.get(PartnerClient, client_id, with_for_update=True)
    if partner is None:
        raise NotFound
    return partner


async def active_client(session: AsyncSession, client_id: str) -> PartnerClient | None:
    """Return the active machine client with this id, which may be any text; None where there is none."""
    try:
        parsed_id = UUID(client_id)
    except ValueError:
        return None
    partner: PartnerClient | None = await session.scalar(
        select(PartnerClient).where(PartnerClient.client_id == parsed_id, PartnerClient.active)
    )
    return partner
