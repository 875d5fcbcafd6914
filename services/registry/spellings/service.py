"""Use cases of spellings."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.spellings import spelling_key
from services.contracts.words import Phrase
from services.kernel.background.outbox import announce
from services.kernel.collation import finnish_sort_key
from services.kernel.data.ids import new_id
from services.kernel.security.auth import Principal
from services.kernel.web.etags import check_version
from services.registry.organisations import queries as organisations
from services.registry.projects.errors import UnknownProject, unknown_organisations

from . import queries
from .access import check_may_decide
from .errors import SpellingTaken
from .messages import SpellingDecided, SpellingWithdrawn
from .models import OrganisationSpelling
from .schemas import SpellingCreate, SpellingRead
from .terms import SpellingId


async def decide(session: AsyncSession, principal: Principal, body: SpellingCreate) -> SpellingRead:
    """Decide what organisation the spelling means and announce it. The same decision again changes nothing.

    Raises: Forbidden, UnknownProject, UnknownOrganisation, SpellingTaken.
    """
    check_may_decide(principal, body.coordination_id)
    if body.coordination_id is not None and not await queries.is_coordination(session, body.coordination_id):
        raise UnknownProject(Phrase("details.not-a-coordination-project"))
    organisation_id = await _known_organisation(session, body.organisation_id)
    new = SpellingId(new_id())
    decided = await _enter(session, principal, body, new, organisation_id=organisation_id)
    if decided.id == new:
        await announce(session, _decided(decided))
    read = await queries.read(session, principal, SpellingId(decided.id))
    if read.organisation_id != organisation_id:
        raise SpellingTaken
    return read


async def _enter(
    session: AsyncSession, principal: Principal, body: SpellingCreate, new: SpellingId, *, organisation_id: UUID
) -> OrganisationSpelling:
    """Enter the decision, unless there is one about the spelling. Returns the one that stands, locked."""
    entering = insert(OrganisationSpelling).values(
        id=new,
        coordination_id=body.coordination_id,
        spelling=spelling_key(body.spelling),
        written=body.spelling,
        sort_key=finnish_sort_key(body.spelling),
        organisation_id=organisation_id,
        author=principal.subject,
    )
    # An update of nothing, because without one PostgreSQL returns no row that is there already.
    standing = entering.on_conflict_do_update(
        constraint="uq_organisation_spellings_one_each", set_={"version": OrganisationSpelling.version}
    )
    row: OrganisationSpelling = (
        await session.scalars(standing.returning(OrganisationSpelling), execution_options={"populate_existing": True})
    ).one()
    return row


async def withdraw(session: AsyncSession, principal: Principal, spelling_id: SpellingId, *, read_version: int) -> None:
    """Take the decision back and announce it. Raises: NotFound, Forbidden, VersionMismatch."""
    decided = await queries.get_for_change(session, principal, spelling_id)
    check_may_decide(principal, decided.coordination_id)
    check_version(decided.version, read_version)
    await session.delete(decided)
    await session.flush()  # Before the announcement, so that both are in one order.
    await announce(
        session,
        SpellingWithdrawn(
            spelling_id=decided.id,
            coordination_id=decided.coordination_id,
            spelling=decided.spelling,
            # Newer than every state that was announced.
            version=decided.version + 1,
        ),
    )


async def _known_organisation(session: AsyncSession, organisation_id: UUID) -> UUID:
    """Return the organisation, or the one that answers in its place. Raises UnknownOrganisation."""
    standing = await organisations.standing(session, organisation_id)
    if standing is None:
        raise unknown_organisations(["/body/organisation_id"])
    return standing


def _decided(decided: OrganisationSpelling) -> SpellingDecided:
    return SpellingDecided(
        spelling_id=decided.id,
        coordination_id=decided.coordination_id,
        spelling=decided.spelling,
        organisation_id=decided.organisation_id,
        version=decided.version,
    )
