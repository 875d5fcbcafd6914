"""Every SELECT of single projects, their revisions and relations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.contracts.periods import helsinki_midnight
from services.kernel.clock import end_of_helsinki_day
from services.kernel.data.rows import among
from services.kernel.data.types import JsonObject, Statement
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound
from services.registry.organisations import queries as organisations
from services.registry.relations.models import ProjectRelation
from services.registry.relations.queries import standing
from services.registry.relations.terms import RelationId, RelationKind
from services.registry.revisions.models import ProjectRevision
from services.registry.revisions.schemas import RevisionItem
from services.registry.statements.derivation import Shown
from services.registry.statements.queries import Identified, is_said_by_a_person

from . import access, shown
from .documents import facts
from .models import Project, ProjectIdentifier
from .parts import Identifier, SourcedDate
from .schemas import (
    ProjectFacts,
    ProjectKey,
    ProjectRead,
    RelationQuery,
    RelationRead,
    RevisionRead,
)
from .terms import DRAFT_STATES, LEADING, ProjectId, is_leading


def refers(ref: str) -> ColumnElement[bool]:
    """Select the project that an id or a slug names. A project that was linked with another one is that one."""
    named = aliased(Project)
    try:
        is_named = named.id == UUID(ref)
    except ValueError:
        is_named = named.slug == ref
    return Project.id == select(func.coalesce(named.merged_into, named.id)).where(is_named).scalar_subquery()


def leading() -> ColumnElement[bool]:
    """Select the projects that lead."""
    return tuple_(Project.kind, Project.scope).in_(LEADING)


async def find_id(session: AsyncSession, principal: Principal, ref: str) -> ProjectId:
    """Return the id of a project that the principal may see. Raises NotFound."""
    project_id = await session.scalar(select(Project.id).where(refers(ref), access.visible_to(principal)))
    if project_id is None:
        raise NotFound
    return ProjectId(project_id)


@dataclass(frozen=True, slots=True)
class Held:
    """A project and the identifiers that it holds, in their order."""

    project_id: ProjectId
    numbers: list[Identified]


async def identified(session: AsyncSession, principal: Principal, ref: str) -> Held:
    """Return the identifiers of a project that the principal may see. Raises NotFound."""
    project_id = await find_id(session, principal, ref)
    return Held(project_id, (await shown.holders_of(session, [project_id]))[project_id])


async def read(session: AsyncSession, principal: Principal, ref: str, *, as_of: date | None = None) -> ProjectRead:
    """Return the project as it is shown, or as its sources had it at the end of the day. Raises NotFound."""
    statement = _shown_now().where(refers(ref), access.visible_to(principal))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    project = ProjectFacts.model_validate(row.facts)
    version, known_at, listed_on = row.version, row.known_at, row.last_listed_on
    if as_of is not None:
        project, midnight, listed_on = await _as_said(session, principal, project, as_of)
        version, known_at = await _revision_of_day(session, project.id, as_of) or (version, midnight)
    return ProjectRead(
        **dict(project),
        leads=is_leading(project.kind, project.scope),
        dates_disagree=_disagree(project.dates),
        coordinated_by=await _coordinators(session, project.id, as_of=as_of),
        last_listed_on=listed_on,
        merged_into=None if ref in {str(project.id), project.slug} else project.id,
        version=version,
        known_at=known_at,
        created_at=row.created_at,
    )


async def _revision_of_day(session: AsyncSession, project_id: UUID, day: date) -> tuple[int, datetime] | None:
    """Return the newest version that was known at the end of the day, and since when."""
    revision = (
        select(ProjectRevision.version, ProjectRevision.known_at)
        .where(ProjectRevision.project_id == project_id, ProjectRevision.known_at < end_of_helsinki_day(day))
        .order_by(ProjectRevision.version.desc())
        .limit(1)
    )
    row = (await session.execute(revision)).one_or_none()
    return (row.version, row.known_at) if row else None


def facts_of_others(project: ProjectRead) -> str:
    """Return the part of the answer that changes without the version.

    These are its coordinators, the names of its parties, the days of the lists, and the address that it answers.
    """
    names = [party.organisation_name for party in project.parties]
    return repr((project.coordinated_by, names, project.funding, project.last_listed_on, project.merged_into))


def _shown_now() -> Statement:
    return select(
        facts().label("facts"), Project.version, Project.last_listed_on, ProjectRevision.known_at, Project.created_at
    ).join(
        ProjectRevision,
        and_(ProjectRevision.project_id == Project.id, ProjectRevision.version == Project.version),
    )


async def _as_said(
    session: AsyncSession, principal: Principal, project: ProjectFacts, day: date
) -> tuple[ProjectFacts, datetime, date | None]:
    """Return what the sources said up to the day, since when, and the day of the newest list. Raises NotFound."""
    numbers = [(number.scheme.value, number.value) for number in project.identifiers]
    said = await shown.as_of_day(session, project.id, numbers, day)
    if said is None or said.known_on is None:
        raise NotFound
    hidden = said.document["state"] in DRAFT_STATES
    if hidden and not await may_write(session, principal, project.id):
        raise NotFound
    names = await organisations.names(session, [line["organisation_id"] for line in _parties(said)])
    parties = [{**line, "organisation_name": names[str(line["organisation_id"])]} for line in _parties(said)]
    document = {**said.document, "parties": parties}
    facts_then = ProjectFacts.model_validate(
        {**document, "id": project.id, "slug": project.slug, "identifiers": project.identifiers}
    )
    return facts_then, helsinki_midnight(said.known_on), said.last_listed_on


def _parties(said: Shown) -> list[JsonObject]:
    return cast("list[JsonObject]", said.document["parties"])


async def document(session: AsyncSession, project_id: UUID) -> JsonObject:
    """Return all shown facts of the project as a JSON document."""
    return cast("JsonObject", await session.scalar(select(facts()).where(Project.id == project_id)))


async def identifiers(session: AsyncSession, project_id: UUID) -> list[JsonObject]:
    """Return the identifiers of the project in their order, in the form of requests."""
    found = await session.scalars(
        select(ProjectIdentifier).where(ProjectIdentifier.project_id == project_id).order_by(ProjectIdentifier.position)
    )
    return [
        Identifier.model_validate({name: getattr(row, name) for name in Identifier.model_fields}).model_dump()
        for row in found
    ]


def _is_newest(day: date) -> ColumnElement[bool]:
    """Select the newest revision that was known at the end of the day."""
    known = aliased(ProjectRevision)
    newest = (
        select(func.max(known.version))
        .where(known.project_id == Project.id, known.known_at < end_of_helsinki_day(day))
        .correlate(Project)
        .scalar_subquery()
    )
    return and_(ProjectRevision.project_id == Project.id, ProjectRevision.version == newest)


def _disagree(dates: list[SourcedDate]) -> bool:
    days: dict[str, date] = {}
    return any(days.setdefault(item.kind, item.falls_on) != item.falls_on for item in dates)


async def _coordinators(session: AsyncSession, project_id: ProjectId, *, as_of: date | None) -> list[ProjectKey]:
    rows = await session.execute(
        select(Project.id, Project.slug, Project.name)
        .join(ProjectRelation, ProjectRelation.project_id == Project.id)
        .where(
            ProjectRelation.other_id == project_id,
            ProjectRelation.kind == RelationKind.coordinates,
            Project.state.not_in(DRAFT_STATES),
            standing(as_of),
        )
        .order_by(Project.sort_key, Project.id)
        .limit(100)
    )
    return [ProjectKey(id=ProjectId(row.id), slug=row.slug, name=row.name) for row in rows]


async def get_for_change(session: AsyncSession, principal: Principal, ref: str) -> Project:
    """Return a project that the principal may see, locked until the transaction ends. Raises NotFound."""
    project = await session.scalar(
        select(Project).where(refers(ref), access.visible_to(principal)).with_for_update(of=Project)
    )
    if project is None:
        raise NotFound
    return project


async def may_write(session: AsyncSession, principal: Principal, project_id: UUID) -> bool:
    """Return whether the principal may change the project."""
    writable = select(Project.id).where(Project.id == project_id, access.writable_by(principal))
    return await session.scalar(writable) is not None


async def revisions(session: AsyncSession, principal: Principal, ref: str) -> Listing[RevisionItem]:
    """Return the project's revisions, the newest first. Raises NotFound."""
    project_id = await find_id(session, principal, ref)
    return Listing(
        name=f"revisions-{project_id}",
        select=select(*(getattr(ProjectRevision, name) for name in RevisionItem.model_fields))
        .join(Project, Project.id == ProjectRevision.project_id)
        .where(Project.id == project_id, access.was_visible_to(principal)),
        read=lambda *row: RevisionItem(**dict(zip(RevisionItem.model_fields, row, strict=True))),
        model=RevisionItem,
        key=ProjectRevision.version,
        default_sort="-version",
        sort_keys={"version": ProjectRevision.version, "known_at": ProjectRevision.known_at},
    )


async def revision(session: AsyncSession, principal: Principal, ref: str, version: int) -> RevisionRead:
    """Return one revision, with the values that the changed fields had before. Raises NotFound."""
    project_id = await find_id(session, principal, ref)
    shown = (Project.id == project_id, access.was_visible_to(principal))
    rows = await session.scalars(
        select(ProjectRevision)
        .join(Project, Project.id == ProjectRevision.project_id)
        .where(ProjectRevision.version.in_([version - 1, version]), *shown)
    )
    by_version = {row.version: row for row in rows}
    row, earlier = by_version.get(version), by_version.get(version - 1)
    if row is None:
        raise NotFound
    before = {name: earlier.facts.get(name) for name in row.changed} if earlier else {}
    return RevisionRead(
        **RevisionItem.model_validate(row).model_dump(),
        facts=ProjectFacts.model_validate(row.facts),
        before=before,
    )


async def relations(
    session: AsyncSession, principal: Principal, ref: str, query: RelationQuery
) -> Listing[RelationRead]:
    """Return the project's relations in both directions. Raises NotFound."""
    project_id = await find_id(session, principal, ref)
    statement = _relations(principal, project_id, as_of=query.as_of).where(standing(query.as_of))
    if query.kind:
        statement = statement.where(ProjectRelation.kind.in_(query.kind))
    if query.direction:
        end = ProjectRelation.project_id if query.direction == "outgoing" else ProjectRelation.other_id
        statement = statement.where(end == project_id)
    return Listing(
        name=f"relations-{project_id}",
        select=statement,
        read=_read_relation,
        model=RelationRead,
        key=ProjectRelation.id,
        default_sort="known_at",
        sort_keys={"known_at": ProjectRelation.known_at, "kind": ProjectRelation.kind, "name": Project.sort_key},
    )


async def relation(
    session: AsyncSession, principal: Principal, project_id: ProjectId, relation_id: RelationId
) -> RelationRead:
    """Return one relation that is not withdrawn, as seen from the project. Raises NotFound."""
    statement = _relations(principal, project_id, as_of=None).where(ProjectRelation.id == relation_id, standing(None))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return _read_relation(*row)


def _relations(principal: Principal, project_id: ProjectId, *, as_of: date | None) -> Statement:
    """Return the relations with the projects at their other ends that the principal may see, as they were known."""
    outgoing = ProjectRelation.project_id == project_id
    name = func.coalesce(ProjectRevision.facts["name"], Project.name) if as_of else Project.name
    statement: Statement = (
        select(ProjectRelation, Project.id, Project.slug, name, outgoing)
        .join(Project, Project.id == case((outgoing, ProjectRelation.other_id), else_=ProjectRelation.project_id))
        .where(or_(outgoing, ProjectRelation.other_id == project_id), access.visible_to(principal))
    )
    if as_of is None:
        return statement
    # A relation may have been known before the other project, which then has no revision yet.
    unknown = ProjectRevision.version.is_(None)
    return statement.outerjoin(ProjectRevision, _is_newest(as_of)).where(or_(unknown, access.was_visible_to(principal)))


def _read_relation(  # The row of `_relations`.
    row: ProjectRelation,
    other_id: UUID,
    slug: str,
    name: dict[str, str],
    outgoing: bool,  # noqa: FBT001 - A column.
) -> RelationRead:
    return RelationRead(
        id=RelationId(row.id),
        kind=RelationKind(row.kind),
        direction="outgoing" if outgoing else "incoming",
        other=ProjectKey(id=ProjectId(other_id), slug=slug, name=name),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        version=row.version,
        known_at=row.known_at,
    )


def coordinated_by(principal: Principal, ref: str) -> Statement:
    """Return the ids of the projects that a coordination project coordinates now.

    It is named by id or slug. Where the principal may not see it, there are none.
    """
    coordination = select(Project.id).where(refers(ref), access.visible_to(principal)).correlate(None)
    return select(ProjectRelation.other_id).where(
        ProjectRelation.project_id.in_(coordination),
        ProjectRelation.kind == RelationKind.coordinates,
        standing(None),
    )


async def spoken_of(session: AsyncSession, project_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the projects about which a person's statement stands."""
    spoken = select(Project.id).where(among(Project.id, project_ids), is_said_by_a_person(Project.id))
    return set(await session.scalars(spoken))
