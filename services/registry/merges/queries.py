"""Every SELECT of merges."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.types import Statement
from services.kernel.lists.pages import Listing
from services.kernel.web.errors import NotFound
from services.registry.organisations import queries as organisations
from services.registry.organisations.models import Organisation
from services.registry.organisations.terms import OrganisationId

from .models import OrganisationMerge
from .schemas import MergeRead, OrganisationKey
from .terms import MergeId


async def listing(session: AsyncSession, organisation_id: OrganisationId) -> Listing[MergeRead]:
    """Return the merges into the organisation that stand, the oldest first. Raises NotFound."""
    await organisations.get(session, organisation_id)
    return Listing(
        name=f"merges-{organisation_id}",
        select=_standing(organisation_id),
        read=_read,
        model=MergeRead,
        key=OrganisationMerge.id,
        default_sort="merged_at",
        sort_keys={"merged_at": OrganisationMerge.merged_at},
    )


async def read(session: AsyncSession, organisation_id: OrganisationId, merge_id: MergeId) -> MergeRead:
    """Return one merge into the organisation that stands. Raises NotFound."""
    row = (await session.execute(_standing(organisation_id).where(OrganisationMerge.id == merge_id))).one_or_none()
    if row is None:
        raise NotFound
    return _read(*row)


async def get_for_change(
    session: AsyncSession, organisation_id: OrganisationId, merge_id: MergeId
) -> OrganisationMerge:
    """Return one merge into the organisation that stands, locked until the transaction ends. Raises NotFound."""
    merge: OrganisationMerge | None = await session.scalar(
        select(OrganisationMerge)
        .where(
            OrganisationMerge.id == merge_id,
            OrganisationMerge.organisation_id == organisation_id,
            OrganisationMerge.removed_at.is_(None),
        )
        .with_for_update()
    )
    if merge is None:
        raise NotFound
    return merge


def merged_into(organisation_id: UUID) -> Select[UUID]:
    """Select the organisations that the merges that stand put into this one, also by way of others."""
    standing = select(OrganisationMerge.other_id).where(OrganisationMerge.removed_at.is_(None))
    merged = standing.where(OrganisationMerge.organisation_id == organisation_id).cte("merged", recursive=True)
    merged = merged.union(standing.where(OrganisationMerge.organisation_id == merged.c.other_id))
    return select(merged.c.other_id).order_by(merged.c.other_id)


def _standing(organisation_id: OrganisationId) -> Statement:
    return (
        select(OrganisationMerge, Organisation.name)
        .join(Organisation, Organisation.id == OrganisationMerge.other_id)
        .where(OrganisationMerge.organisation_id == organisation_id, OrganisationMerge.removed_at.is_(None))
    )


def _read(merge: OrganisationMerge, other_name: dict[str, str]) -> MergeRead:
    return MergeRead(
        id=MergeId(merge.id),
        other=OrganisationKey(id=OrganisationId(merge.other_id), name=other_name),
        author=merge.author,
        reason=merge.reason,
        merged_at=merge.merged_at,
        version=merge.version,
    )
