"""Every SELECT of spellings."""

from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.contracts.spellings import spelling_key
from services.kernel.data.types import Statement
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound
from services.registry.organisations import queries as organisations
from services.registry.organisations.models import Organisation
from services.registry.organisations.terms import OrganisationId
from services.registry.projects.models import Project
from services.registry.projects.queries import leading

from .access import visible_to
from .models import OrganisationSpelling
from .schemas import SpellingQuery, SpellingRead
from .terms import SpellingId


def listing(principal: Principal, query: SpellingQuery) -> Listing[SpellingRead]:
    """Return the spellings that match, as far as the principal may see them, in the order of their texts."""
    statement = _with_organisations().where(visible_to(principal))
    if query.coordination:
        statement = statement.where(OrganisationSpelling.coordination_id.in_(query.coordination))
    if query.everybody is not None:
        statement = statement.where(OrganisationSpelling.coordination_id.is_(None) == query.everybody)
    if query.organisation:
        named = aliased(Organisation)
        answering = select(organisations.answering(named)).where(named.id.in_(query.organisation))
        statement = statement.where(Organisation.id.in_(answering))
    if query.q:
        key = spelling_key(query.q)
        statement = statement.where(
            OrganisationSpelling.spelling.contains(key, autoescape=True) if key is not None else false()
        )
    return Listing(
        name="spellings",
        select=statement,
        read=_read,
        model=SpellingRead,
        key=OrganisationSpelling.id,
        default_sort="spelling",
        sort_keys={"spelling": OrganisationSpelling.sort_key, "decided_at": OrganisationSpelling.decided_at},
    )


async def read(session: AsyncSession, principal: Principal, spelling_id: SpellingId) -> SpellingRead:
    """Return one spelling that the principal may see. Raises NotFound."""
    statement = _with_organisations().where(OrganisationSpelling.id == spelling_id, visible_to(principal))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _read(*row)


async def get_for_change(session: AsyncSession, principal: Principal, spelling_id: SpellingId) -> OrganisationSpelling:
    """Return one spelling that the principal may see, locked until the transaction ends. Raises NotFound."""
    spelling: OrganisationSpelling | None = await session.scalar(
        select(OrganisationSpelling)
        .where(OrganisationSpelling.id == spelling_id, visible_to(principal))
        .with_for_update()
    )
    if spelling is None:
        raise NotFound
    return spelling


async def is_coordination(session: AsyncSession, project_id: UUID) -> bool:
    """Return whether the project leads, so that its coordination decides spellings. It stays while this is so."""
    leads = select(Project.id).where(Project.id == project_id, Project.merged_into.is_(None), leading())
    return await session.scalar(leads.with_for_update(read=True, key_share=True)) is not None


def decided_organisations() -> Select[UUID]:
    """Return the organisations that decisions name."""
    return select(OrganisationSpelling.organisation_id)


def _with_organisations() -> Statement:
    decided = aliased(Organisation)
    return (
        select(OrganisationSpelling, Organisation.id, Organisation.name)
        .join(decided, decided.id == OrganisationSpelling.organisation_id)
        .join(Organisation, Organisation.id == organisations.answering(decided))
    )


def _read(spelling: OrganisationSpelling, organisation_id: UUID, organisation_name: dict[str, str]) -> SpellingRead:
    return SpellingRead(
        id=SpellingId(spelling.id),
        coordination_id=spelling.coordination_id,
        spelling=spelling.spelling,
        written=spelling.written,
        organisation_id=OrganisationId(organisation_id),
        organisation_name=organisation_name,
        decided_organisation_id=OrganisationId(spelling.organisation_id),
        author=spelling.author,
        decided_at=spelling.decided_at,
        version=spelling.version,
    )
