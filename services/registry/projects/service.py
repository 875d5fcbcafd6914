"""Use cases of projects.

An import writes projects in bulk, with sets of rows. For each project that it enters or changes it must raise
`version` by one and set `starts_on` and `ends_on` as `main_days` does. It then calls `revise` and `announce_projects`
once for all of them. Fields in `edited_fields` were set by a person and stay.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.periods import helsinki_midnight
from services.contracts.roles import Role
from services.contracts.words import Phrase
from services.kernel.clock import database_now, helsinki_day
from services.kernel.data.ids import new_id
from services.kernel.patches import changes
from services.kernel.security.auth import Principal
from services.kernel.text import pick
from services.kernel.web.errors import Forbidden, Invalid
from services.kernel.web.etags import check_version
from services.registry.db import Base
from services.registry.relations.terms import RelationKind

from . import access, checks, queries, relations
from .errors import IdentifierTaken, KnownTooEarly, SlugTaken, UnknownProject
from .history import announce_projects, revise
from .models import Project, ProjectState
from .parts import Part, SourcedDate
from .schemas import ProjectCreate, ProjectPatch, RelationCreate
from .terms import DateKind, ProjectId, State, is_leading, slug_of

# The fields of a project's own row that a request gives in the form in which they are stored.
PLAIN: Final = (
    "kind",
    "scope",
    "state",
    "name",
    "summary",
    "goals",
    "background",
    "decision_on",
    "programme_period",
    "fund",
    "priority_axis",
    "specific_objective",
    "programme_part",
)
# The lists of a project, each in a table of its own.
LISTS: Final[Mapping[str, Table]] = {
    "identifiers": Base.metadata.tables["project_identifiers"],
    "dates": Base.metadata.tables["project_dates"],
    "parties": Base.metadata.tables["project_parties"],
    "funding": Base.metadata.tables["project_funding"],
    "areas": Base.metadata.tables["project_areas"],
    "topics": Base.metadata.tables["project_topics"],
    "milestones": Base.metadata.tables["project_milestones"],
}
# The fields that an import does not change any more once a person has set them.
EDITABLE: Final = frozenset({*PLAIN, *LISTS})


async def create_project(session: AsyncSession, principal: Principal, body: ProjectCreate) -> ProjectId:
    """Enter a project with its lists and its first revision, and announce it.

    A coordinator enters projects that their own coordination project coordinates. Without one, the right to change
    all projects is needed.
    Raises: Forbidden, UnknownProject, UnknownCode, UnknownOrganisation, ReasonMissing, SlugTaken, IdentifierTaken.
    """
    coordination = await _coordination_of(session, principal, body)
    values = dict(body)
    await checks.check_references(session, values)
    checks.check_reason(body.state, body.reason)
    known_at = await _known_at(session, None, body.known_on)
    project_id = await _insert(session, body)
    await _put_state(session, project_id, 0, body.state, since_on=body.state_since_on, reason=body.reason)
    for name in LISTS:
        await _put_list(session, project_id, name, values[name])
    await revise(session, [project_id], author=principal.subject, reason=body.reason, known_at=known_at)
    await announce_projects(session, created=[project_id])
    if coordination is not None:
        relation = RelationCreate(kind=RelationKind.coordinates, other=str(project_id), known_on=body.known_on)
        await relations.enter(session, coordination.id, project_id, relation)
    return project_id


async def change_project(
    session: AsyncSession, principal: Principal, ref: str, body: ProjectPatch, *, read_version: int
) -> ProjectId:
    """Change the fields of the patch, store the revision and announce it. A patch without fields changes nothing.

    Raises: NotFound, Forbidden, VersionMismatch, UnknownCode, UnknownOrganisation, ReasonMissing, IdentifierTaken,
    KnownTooEarly.
    """
    project = await queries.get_for_change(session, principal, ref)
    if not await queries.may_write(session, principal, project.id):
        raise Forbidden
    check_version(project.version, read_version)
    values = changes(body)
    if _changes_kind_or_lead(project, body) and not access.may_write_all(principal):
        raise Forbidden
    await checks.check_references(session, values)
    known_at = await _known_at(session, project.id, body.known_on)
    facts = {name: value for name, value in values.items() if name not in {"reason", "known_on"}}
    if facts:
        await _apply(session, project, body, facts)
        await revise(session, [project.id], author=principal.subject, reason=body.reason, known_at=known_at)
        await announce_projects(session, changed=[project.id])
    return ProjectId(project.id)


def _changes_kind_or_lead(project: Project, body: ProjectPatch) -> bool:
    """Return whether the patch would change the kind of the project, or whether it leads."""
    kind, scope = body.kind or project.kind, body.scope or project.scope
    return kind != project.kind or is_leading(kind, scope) != is_leading(project.kind, project.scope)


def main_days(dates: Sequence[SourcedDate]) -> dict[str, date | None]:
    """Return `starts_on` and `ends_on` of a project: the first actual date, else the first planned one."""

    def first(end: str) -> date | None:
        kinds = (DateKind(f"actual_{end}"), DateKind(f"planned_{end}"))
        return next((item.falls_on for kind in kinds for item in dates if item.kind is kind), None)

    return {"starts_on": first("start"), "ends_on": first("end")}


async def _coordination_of(session: AsyncSession, principal: Principal, body: ProjectCreate) -> Project | None:
    """Return the coordination project that is to coordinate the new one. Raises: Forbidden, UnknownProject."""
    if body.coordinated_by is None:
        if not access.may_write_all(principal):
            raise Forbidden(Phrase("details.coordinated-by-missing"))
        return None
    coordination = await relations.find_other(session, principal, body.coordinated_by)
    if not is_leading(coordination.kind, coordination.scope):
        raise UnknownProject(Phrase("details.coordinated-by-not-leading"))
    # A project that leads is entered only by a caller who may change all projects.
    reserved = is_leading(body.kind, body.scope)
    own = coordination.id in principal.coordinations(Role.coordinator) and not reserved
    if not own and not access.may_write_all(principal):
        raise Forbidden
    return coordination


async def _insert(session: AsyncSession, body: ProjectCreate) -> ProjectId:
    """Insert the project's own row.

    A slug that is made of the name gets a suffix where it is taken. Raises SlugTaken for a slug of the request.
    """
    name = pick(body.name)[0]
    project_id = new_id()
    row = {
        **{field: getattr(body, field) for field in PLAIN},
        **main_days(body.dates),
        "id": project_id,
        "sort_name": name,
        "edited_fields": sorted(body.model_fields_set & EDITABLE),
    }
    suffix = body.identifiers[0].value if body.identifiers else ""
    made = [slug_of(name), slug_of(name, suffix=suffix), slug_of(name, suffix=project_id.hex[-12:])]
    for slug in [body.slug] if body.slug else made:
        statement = upsert(Project).values({**row, "slug": slug}).on_conflict_do_nothing(index_elements=["slug"])
        if await session.scalar(statement.returning(Project.id)) is not None:
            return ProjectId(project_id)
    raise SlugTaken


async def _apply(session: AsyncSession, project: Project, body: ProjectPatch, facts: Mapping[str, object]) -> None:
    if "state" in facts or "state_since_on" in facts:
        await _change_state(session, project, body)
    for name in facts.keys() & set(PLAIN):
        setattr(project, name, facts[name])
    for name in facts.keys() & LISTS.keys():
        await _put_list(session, project.id, name, getattr(body, name))
    if body.dates is not None:
        for name, day in main_days(body.dates).items():
            setattr(project, name, day)
    project.sort_name = pick(project.name)[0]
    project.edited_fields = sorted({*project.edited_fields, *(facts.keys() & EDITABLE)})
    project.version += 1
    await session.flush()  # All facts, for the revision.


async def _change_state(session: AsyncSession, project: Project, body: ProjectPatch) -> None:
    """Enter the new state, or correct the first day of the present one. Raises ReasonMissing."""
    entries = (
        await session.execute(
            select(ProjectState.state, func.max(ProjectState.position).over())
            .where(ProjectState.project_id == project.id)
            .order_by(ProjectState.position.desc())
            .limit(1)
        )
    ).one_or_none()
    last = -1 if entries is None else int(entries[1])
    if body.state in {None, project.state}:
        if "state_since_on" in body.model_fields_set:
            this = (ProjectState.project_id == project.id, ProjectState.position == last)
            await session.execute(update(ProjectState).where(*this).values(since_on=body.state_since_on))
        return
    checks.check_reason(body.state, body.reason)
    await _put_state(session, project.id, last + 1, body.state, since_on=body.state_since_on, reason=body.reason)


async def _put_state(
    session: AsyncSession, project_id: UUID, position: int, state: State, *, since_on: date | None, reason: str | None
) -> None:
    values = {"project_id": project_id, "position": position, "state": state, "since_on": since_on, "reason": reason}
    await session.execute(insert(ProjectState).values(values))


async def _put_list(session: AsyncSession, project_id: UUID, name: str, parts: Sequence[Part]) -> None:
    """Replace one of the project's lists as a whole. Raises IdentifierTaken."""
    table = LISTS[name]
    await session.execute(delete(table).where(table.c.project_id == project_id))
    if not parts:
        return
    rows = [{**dict(part), "project_id": project_id, "position": place} for place, part in enumerate(parts)]
    inserted = await session.execute(upsert(table).on_conflict_do_nothing().values(rows).returning(table.c.position))
    # Only an identifier can conflict: its scheme and value belong to one project.
    if len(inserted.all()) < len(rows):
        raise IdentifierTaken


async def _known_at(session: AsyncSession, project_id: UUID | None, known_on: date | None) -> datetime | None:
    """Return the instant since which the change is known; None is now.

    Raises: Invalid (in the future), KnownTooEarly (before the newest revision).
    """
    if known_on is None:
        return None
    now = await database_now(session)
    if known_on > helsinki_day(now):
        raise Invalid(Phrase("details.known-on-in-the-future"))
    last: datetime | None = await queries.last_known_at(session, project_id) if project_id else None
    begins_at = helsinki_midnight(known_on)
    if last is None:
        return begins_at
    if known_on < helsinki_day(last):
        raise KnownTooEarly
    return max(begins_at, last)
