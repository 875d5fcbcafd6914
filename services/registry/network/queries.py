"""Every SELECT of the network, as it is on the last day of a period."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, Text, and_, cast, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from services.contracts.periods import Period
from services.kernel.data.localized import picked
from services.kernel.data.types import Column, Statement
from services.kernel.lists.pages import Listing
from services.registry.organisations.models import Organisation
from services.registry.projects.models import Project, ProjectParty
from services.registry.projects.terms import NEVER_IN_FORCE
from services.registry.relations.models import ProjectRelation
from services.registry.relations.terms import RelationKind

from .graph import count_components
from .schemas import EdgeRead

Days = InstrumentedAttribute[date | None]
_SHOWN = ("id", "kind", "from_type", "from_id", "from_name", "to_id", "to_name", "since_on")


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """The numbers that describe a network."""

    nodes: int
    edges: int
    new_edges: int
    components: int


def edges(coordination_id: UUID, period: Period) -> Subquery:
    """Return every edge that holds on the period's last day.

    A relation or a role without days of its own takes those of the project it leads to. An unknown day does not
    limit it.
    """
    members = _members(coordination_id, period).subquery("members")
    return union_all(_relation_edges(members, period), _party_edges(members, period)).subquery("edges")


def listing(coordination_id: UUID, period: Period, *, only_new: bool) -> Listing[EdgeRead]:
    """Return the edges as a list, by kind. `only_new` leaves those that began in the period."""
    every = edges(coordination_id, period)
    statement = select(*(every.c[name] for name in _SHOWN))
    if only_new:
        statement = statement.where(every.c.since_on.between(period.first_on, period.last_on))
    return Listing(
        name="network-edges",
        select=statement,
        read=lambda *row: EdgeRead(**dict(zip(_SHOWN, row, strict=True))),
        model=EdgeRead,
        key=every.c.id,
        default_sort="kind",
        sort_keys={"kind": every.c.kind, "from_name": every.c.from_key, "to_name": every.c.to_key},
    )


async def measure(session: AsyncSession, coordination_id: UUID, period: Period) -> NetworkSize:
    """Count the network's nodes, edges and connected parts. The coordination project itself is always a node."""
    every = edges(coordination_id, period)
    rows = (await session.execute(select(every.c.from_id, every.c.to_id, every.c.since_on))).all()
    ends = [(row.from_id, row.to_id) for row in rows]
    nodes = {coordination_id, *(end for pair in ends for end in pair)}
    new = sum(1 for row in rows if row.since_on and period.first_on <= row.since_on <= period.last_on)
    return NetworkSize(nodes=len(nodes), edges=len(rows), new_edges=new, components=count_components(nodes, ends))


def _holds(begins: tuple[Days, Days], ends: tuple[Days, Days], period: Period) -> ColumnElement[bool]:
    first, last = func.coalesce(*begins), func.coalesce(*ends)
    return and_(or_(first.is_(None), first <= period.last_on), or_(last.is_(None), last >= period.last_on))


def _members(coordination_id: UUID, period: Period) -> Select[UUID]:
    """Return the coordination project and the projects that it coordinates on the period's last day."""
    other = aliased(Project)
    relation = (
        select(other.id)
        .join(ProjectRelation, ProjectRelation.other_id == other.id)
        .where(
            ProjectRelation.project_id == coordination_id,
            ProjectRelation.kind == RelationKind.coordinates,
            ProjectRelation.withdrawn_at.is_(None),
            other.merged_into.is_(None),
            other.state.not_in(NEVER_IN_FORCE),
            _holds((ProjectRelation.starts_on, other.starts_on), (ProjectRelation.ends_on, other.ends_on), period),
        )
    )
    return select(union_all(select(literal(coordination_id).label("id")), relation).subquery().c.id)


def _relation_edges(members: Subquery, period: Period) -> Statement:
    source, target = aliased(Project), aliased(Project)
    since = func.coalesce(ProjectRelation.starts_on, target.starts_on)
    columns: tuple[Column, ...] = (
        cast(ProjectRelation.id, Text).label("id"),
        ProjectRelation.kind.label("kind"),
        literal("project").label("from_type"),
        source.id.label("from_id"),
        picked(source.name).label("from_name"),
        source.sort_key.label("from_key"),
        target.id.label("to_id"),
        picked(target.name).label("to_name"),
        target.sort_key.label("to_key"),
        since.label("since_on"),
    )
    return (
        select(*columns)
        .join(source, source.id == ProjectRelation.project_id)
        .join(target, target.id == ProjectRelation.other_id)
        .where(
            ProjectRelation.withdrawn_at.is_(None),
            source.id.in_(select(members.c.id)),
            target.id.in_(select(members.c.id)),
            _holds((ProjectRelation.starts_on, target.starts_on), (ProjectRelation.ends_on, target.ends_on), period),
        )
    )


def _party_edges(members: Subquery, period: Period) -> Statement:
    since = func.coalesce(ProjectParty.starts_on, Project.starts_on)
    columns: tuple[Column, ...] = (
        cast(ProjectParty.project_id, Text) + ":" + cast(ProjectParty.position, Text),
        ProjectParty.role,
        literal("organisation"),
        Organisation.id,
        picked(Organisation.name),
        Organisation.sort_key,
        Project.id,
        picked(Project.name),
        Project.sort_key,
        since,
    )
    return (
        select(*columns)
        .join(Organisation, Organisation.id == ProjectParty.organisation_id)
        .join(Project, Project.id == ProjectParty.project_id)
        .where(
            Project.id.in_(select(members.c.id)),
            _holds((ProjectParty.starts_on, Project.starts_on), (ProjectParty.ends_on, Project.ends_on), period),
        )
    )
