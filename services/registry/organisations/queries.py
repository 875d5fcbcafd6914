"""Every SELECT of organisations."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound
from services.registry.search import queries as search
from services.registry.search.models import SearchDocument
from services.registry.search.terms import Noun

from .access import listed_to
from .models import Organisation
from .schemas import OrganisationName, OrganisationQuery, OrganisationRead, TypedNameQuery
from .terms import OrganisationId
from .typed_names import typed_text


def answering(organisation: type[Organisation] = Organisation) -> ColumnElement[UUID]:
    """Return the id of the organisation, or of the one that answers in its place."""
    return func.coalesce(organisation.merged_into, organisation.id, type_=Uuid())


async def listing(session: AsyncSession, principal: Principal, query: OrganisationQuery) -> Listing[OrganisationRead]:
    """Return the organisations that match, by name. All of them are public: public bodies and legal persons."""
    statement = select(Organisation).where(listed_to(principal))
    if query.kind:
        statement = statement.where(Organisation.kind.in_(query.kind))
    if query.business_id:
        numbered = aliased(Organisation)
        meant = select(answering(numbered)).where(numbered.business_id == query.business_id)
        statement = statement.where(Organisation.id.in_(meant))
    if query.q:
        parsed = await search.parse(session, SearchDocument.noun == Noun.organisation, query.q)
        statement = statement.join(SearchDocument, SearchDocument.id == Organisation.id).where(search.matches(parsed))
    return Listing(
        name="organisations",
        select=statement,
        read=OrganisationRead.model_validate,
        model=OrganisationRead,
        key=Organisation.id,
        default_sort="name",
        sort_keys={"name": Organisation.sort_key, "created_at": Organisation.created_at},
    )


async def typed(session: AsyncSession, query: TypedNameQuery) -> list[OrganisationName]:
    """Return the organisations of which each typed word begins a word: first those whose name begins with the text.

    The names of organisations that were merged offer the one that answers in their place.
    """
    text = typed_text(query.q)
    if not text:
        return []
    named = [Organisation.typed_key.contains(f" {word}", autoescape=True) for word in text.split()]
    meant = select(answering()).where(*named)
    begins = Organisation.typed_key.contains(f"\n {text}", autoescape=True)
    found = await session.execute(
        select(Organisation.id, Organisation.kind, Organisation.name, Organisation.abbreviations)
        .where(Organisation.id.in_(meant))
        .order_by(begins.desc(), Organisation.sort_key, Organisation.id)
        .limit(query.limit)
    )
    return [OrganisationName.model_validate(row) for row in found]


async def get(session: AsyncSession, organisation_id: OrganisationId) -> Organisation:
    """Return one organisation, or the one that answers in its place. Raises NotFound."""
    organisation = await session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound
    if organisation.merged_into is None:
        return organisation
    return await session.get_one(Organisation, organisation.merged_into)


async def get_for_change(session: AsyncSession, organisation_id: OrganisationId) -> Organisation:
    """Return one organisation, or the one that answers in its place, locked until the transaction ends.

    Raises NotFound.
    """
    organisation = await session.get(Organisation, organisation_id, with_for_update=True)
    if organisation is None:
        raise NotFound
    if organisation.merged_into is None:
        return organisation
    return await session.get_one(Organisation, organisation.merged_into, with_for_update=True)


async def lock(session: AsyncSession, organisation_ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Lock the organisations until the transaction ends. Returns, for each known one, what answers in its place."""
    rows = await session.execute(
        select(Organisation.id, Organisation.merged_into)
        .where(Organisation.id.in_(organisation_ids))
        .order_by(Organisation.id)
        .with_for_update()
    )
    return {row.id: row.merged_into for row in rows}


async def merged(session: AsyncSession) -> dict[str, str]:
    """Return the merged organisations, each with the one that answers in its place, as JSON has their ids."""
    rows = await session.execute(
        select(Organisation.id, Organisation.merged_into).where(Organisation.merged_into.is_not(None))
    )
    return {str(row.id): str(row.merged_into) for row in rows}


async def unknown(session: AsyncSession, organisation_ids: Iterable[UUID]) -> set[UUID]:
    """Return the ids that no organisation has. The organisations of the others stay until the transaction ends."""
    ids = set(organisation_ids)
    if not ids:
        return set()
    known = await session.scalars(
        select(Organisation.id).where(Organisation.id.in_(ids)).with_for_update(read=True, key_share=True)
    )
    return ids - set(known)


async def names(session: AsyncSession, organisation_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the names of the organisations by their ids, both as JSON has them."""
    ids = {UUID(organisation_id) for organisation_id in organisation_ids}
    found = await session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {str(row.id): row.name for row in found}


async def standing(session: AsyncSession, organisation_id: UUID) -> UUID | None:
    """Return the organisation, or the one that answers in its place; None where it is not known.

    The row of the id stays until the transaction ends.
    """
    statement = select(answering()).where(Organisation.id == organisation_id)
    found: UUID | None = await session.scalar(statement.with_for_update(read=True, key_share=True))
    return found
