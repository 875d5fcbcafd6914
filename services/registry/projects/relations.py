"""Use cases of relations between projects."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.outbox import announce
from services.kernel.clock import database_now, helsinki_day, helsinki_midnight
from services.kernel.data.ids import new_id
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden, Invalid, NotFound, StateConflict
from services.kernel.web.etags import check_version

from . import access, queries
from .errors import RelationStands, UnknownProject
from .messages import ProjectsRelated, RelationWithdrawn
from .models import Project, ProjectRelation
from .schemas import RelationCreate, RelationRead
from .terms import ProjectId, RelationId, RelationKind


async def relate(session: AsyncSession, principal: Principal, ref: str, body: RelationCreate) -> RelationRead:
    """Say what the project is to another one, and announce it.

    Who coordinates a project may change it: that relation needs the right to change both.
    Raises: NotFound, Forbidden, UnknownProject, StateConflict, RelationStands, Invalid.
    """
    project_id = await queries.find_id(session, principal, ref)
    other = await find_other(session, principal, body.other)
    await _check_rights(session, principal, project_id, other.id, kind=body.kind)
    if other.id == project_id:
        raise StateConflict("a project has no relation to itself")
    relation_id = await enter(session, project_id, other.id, body)
    return await queries.relation(session, principal, project_id, relation_id)


async def withdraw(
    session: AsyncSession, principal: Principal, ref: str, relation_id: RelationId, *, read_version: int
) -> None:
    """End a relation that does not hold; earlier days still show it. Announced.

    Raises: NotFound, Forbidden, VersionMismatch.
    """
    project_id = await queries.find_id(session, principal, ref)
    seen = await queries.relation(session, principal, project_id, relation_id)
    row = await session.scalar(
        select(ProjectRelation)
        .where(ProjectRelation.id == seen.id, ProjectRelation.withdrawn_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    await _check_rights(session, principal, row.project_id, row.other_id, kind=RelationKind(row.kind))
    check_version(row.version, read_version)
    row.version += 1
    row.withdrawn_at = await database_now(session)
    await session.flush()  # Before the announcement, so that both are in one order.
    await announce(
        session,
        RelationWithdrawn(
            relation_id=row.id,
            relation_kind=RelationKind(row.kind),
            project_id=row.project_id,
            other_id=row.other_id,
        ),
    )


async def find_other(session: AsyncSession, principal: Principal, ref: str) -> Project:
    """The project that a body names. Raises UnknownProject where the principal may not see it."""
    found = await session.scalar(select(Project).where(queries.refers(ref), access.visible_to(principal)))
    if found is None:
        raise UnknownProject
    return found


async def enter(session: AsyncSession, project_id: UUID, other_id: UUID, body: RelationCreate) -> RelationId:
    """Write the relation and announce it.

    Raises: RelationStands, StateConflict (it does not coordinate), Invalid (known in the future).
    """
    if body.kind is RelationKind.coordinates:
        leads = await session.scalar(select(Project.id).where(Project.id == project_id, queries.leading()))
        if leads is None:
            raise StateConflict("only a project that leads coordinates")
    now = await database_now(session)
    if body.known_on and body.known_on > helsinki_day(now):
        raise Invalid("known_on is not in the future")
    known_at = helsinki_midnight(body.known_on) if body.known_on else now
    entered: UUID | None = await session.scalar(
        insert(ProjectRelation)
        .values(
            id=new_id(),
            project_id=project_id,
            other_id=other_id,
            kind=body.kind,
            starts_on=body.starts_on,
            ends_on=body.ends_on,
            known_at=known_at,
        )
        .on_conflict_do_nothing()
        .returning(ProjectRelation.id)
    )
    if entered is None:
        raise RelationStands
    await announce(
        session,
        ProjectsRelated(relation_id=entered, relation_kind=body.kind, project_id=project_id, other_id=other_id),
    )
    return RelationId(entered)


async def _check_rights(
    session: AsyncSession, principal: Principal, project_id: UUID, other_id: UUID, *, kind: RelationKind
) -> None:
    ends = [project_id, other_id] if kind is RelationKind.coordinates else [project_id]
    for end in ends:
        if not await queries.may_write(session, principal, ProjectId(end)):
            raise Forbidden
