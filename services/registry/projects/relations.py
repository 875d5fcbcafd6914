"""Use cases of relations that need the rights to projects. The rows belong to `registry.relations`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.periods import helsinki_midnight
from services.contracts.words import Phrase
from services.kernel.clock import database_now, helsinki_day
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden, Invalid, NotFound, StateConflict
from services.kernel.web.etags import check_version
from services.registry.relations import queries as relation_queries
from services.registry.relations import service
from services.registry.relations.terms import RelationId, RelationKind

from . import access, history, queries
from .errors import UnknownProject
from .models import Project
from .schemas import RelationCreate, RelationRead
from .terms import ProjectId


async def relate(session: AsyncSession, principal: Principal, ref: str, body: RelationCreate) -> RelationRead:
    """Enter a relation from the project to another one, and announce it.

    A coordination project may change the projects that it coordinates: that relation needs the right to change both.
    Raises: NotFound, Forbidden, UnknownProject, StateConflict, RelationStands, Invalid.
    """
    project_id = await queries.find_id(session, principal, ref)
    other = await find_other(session, principal, body.other)
    await _check_rights(session, principal, project_id, other.id, kind=body.kind)
    if other.id == project_id:
        raise StateConflict(Phrase("details.relation-to-itself"))
    await _lock(session, [project_id, other.id])
    relation_id = await _enter(session, project_id, other.id, body)
    if body.kind is RelationKind.coordinates:
        await history.announce_touched(session, [other.id], author=principal.subject)
    return await queries.relation(session, principal, project_id, relation_id)


async def withdraw(
    session: AsyncSession, principal: Principal, ref: str, relation_id: RelationId, *, read_version: int
) -> None:
    """Withdraw a relation and announce it. Earlier days still show it.

    Raises: NotFound, Forbidden, VersionMismatch.
    """
    project_id = await queries.find_id(session, principal, ref)
    visible = await queries.relation(session, principal, project_id, relation_id)
    await _lock(session, [project_id, visible.other.id])
    relation = await relation_queries.get_standing_for_change(session, visible.id)
    if relation is None:
        raise NotFound
    await _check_rights(session, principal, relation.project_id, relation.other_id, kind=RelationKind(relation.kind))
    check_version(relation.version, read_version)
    await service.withdraw(session, relation)
    if relation.kind == RelationKind.coordinates:
        await history.announce_touched(session, [relation.other_id], author=principal.subject)


async def find_other(session: AsyncSession, principal: Principal, ref: str) -> Project:
    """Return the project that a body names. Raises UnknownProject where the principal may not see it."""
    project = await session.scalar(select(Project).where(queries.refers(ref), access.visible_to(principal)))
    if project is None:
        raise UnknownProject
    return project


async def _enter(session: AsyncSession, project_id: UUID, other_id: UUID, body: RelationCreate) -> RelationId:
    if body.kind is RelationKind.coordinates:
        leading_id = await session.scalar(select(Project.id).where(Project.id == project_id, queries.leading()))
        if leading_id is None:
            raise StateConflict(Phrase("details.not-a-coordination-project"))
    now = await database_now(session)
    if body.known_on and body.known_on > helsinki_day(now):
        raise Invalid(Phrase("details.known-on-in-the-future"))
    return await service.enter(
        session,
        body.kind,
        project_id=project_id,
        other_id=other_id,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        known_at=helsinki_midnight(body.known_on) if body.known_on else now,
    )


async def _lock(session: AsyncSession, project_ids: Sequence[UUID]) -> None:
    """Lock the projects before their relation, and in the order in which a link of two projects locks them."""
    locked = select(Project.id).where(Project.id.in_(project_ids)).order_by(Project.id)
    await session.execute(locked.with_for_update(key_share=True))


async def _check_rights(
    session: AsyncSession, principal: Principal, project_id: UUID, other_id: UUID, *, kind: RelationKind
) -> None:
    ends = [project_id, other_id] if kind is RelationKind.coordinates else [project_id]
    for end in ends:
        if not await queries.may_write(session, principal, ProjectId(end)):
            raise Forbidden
