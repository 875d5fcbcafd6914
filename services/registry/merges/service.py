"""Use cases of merges."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.clock import database_now
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound, StateConflict
from services.kernel.web.etags import check_version
from services.registry.imports import service as imports
from services.registry.organisations import merging
from services.registry.organisations import queries as organisations
from services.registry.organisations.access import check_may_merge
from services.registry.organisations.terms import OrganisationId
from services.registry.projects import shown
from services.registry.projects.errors import unknown_organisations

from . import queries
from .models import OrganisationMerge
from .schemas import MergeCreate, MergeRead
from .terms import MergeId


async def merge(
    session: AsyncSession, principal: Principal, organisation_id: OrganisationId, body: MergeCreate
) -> MergeRead:
    """Let the organisation answer in the place of the other one, in projects, search and spellings too.

    All that changes is announced.
    Raises: Forbidden, NotFound, UnknownOrganisation, StateConflict.
    """
    check_may_merge(principal)
    # An import would find the other one by its name meanwhile.
    await imports.take_turns(session)
    await _check_may_be_merged(session, organisation_id, body.other)
    await merging.merge(session, body.other, organisation_id)
    await shown.show_parties(session, body.other, author=principal.subject, reason=body.reason)
    entered = OrganisationMerge(
        organisation_id=organisation_id,
        other_id=body.other,
        author=principal.subject,
        reason=body.reason,
    )
    session.add(entered)
    await session.flush()  # The merge's id, for the answer.
    return await queries.read(session, organisation_id, MergeId(entered.id))


async def remove(
    session: AsyncSession,
    principal: Principal,
    organisation_id: OrganisationId,
    merge_id: MergeId,
    *,
    read_version: int,
) -> None:
    """Let both organisations answer for themselves again, each for those that were merged into it, and announce it.

    Raises: Forbidden, NotFound, VersionMismatch.
    """
    check_may_merge(principal)
    await imports.take_turns(session)
    standing = await queries.get_for_change(session, organisation_id, merge_id)
    check_version(standing.version, read_version)
    other = (await organisations.lock(session, [standing.other_id]))[standing.other_id]
    # The one that answered may itself have been merged since.
    from_id = other or organisation_id
    followers = list(await session.scalars(queries.merged_into(standing.other_id)))
    await organisations.lock(session, followers)
    await merging.part(session, standing.other_id, from_id, followers)
    await shown.show_parties(session, from_id, author=principal.subject, reason=None)
    standing.removed_at = await database_now(session)
    standing.version += 1


async def _check_may_be_merged(session: AsyncSession, organisation_id: OrganisationId, other: OrganisationId) -> None:
    """Lock both organisations. Raises: NotFound, UnknownOrganisation, StateConflict."""
    if organisation_id == other:
        raise StateConflict(Phrase("details.merge-with-itself"))
    answering = await organisations.lock(session, [organisation_id, other])
    if organisation_id not in answering:
        raise NotFound
    if other not in answering:
        raise unknown_organisations(["/body/other"])
    if any(answering.values()):
        raise StateConflict(Phrase("details.merged-already"))
