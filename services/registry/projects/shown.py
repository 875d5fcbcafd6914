"""The shown facts of projects: derived from the statements, written into the tables, revised and announced.

Nothing else writes these tables. The derivation itself stands in `statements.derivation`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.messages import JsonValue
from services.kernel.background.outbox import announce_all
from services.kernel.clock import database_now
from services.kernel.data.rows import among
from services.registry.relations import service as relations
from services.registry.revisions.models import ProjectRevision
from services.registry.statements import facts as statement_facts
from services.registry.statements import queries as statements
from services.registry.statements.derivation import Listed, Shown, derive
from services.registry.statements.queries import Identified
from services.registry.statements.terms import KEY_MEMBERS, SINGLE, STATE, TEXTS

from . import rows, searching
from .history import announce_projects, revise
from .models import Project, ProjectIdentifier, ProjectParty
from .rows import NewProject

Document = dict[str, JsonValue]
_PAGE: Final = 500
_COMPARED: Final = (*SINGLE, STATE, *TEXTS, "starts_on", "ends_on", "states")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The projects that a derivation has changed, and those that show the same as before."""

    changed: list[UUID] = field(default_factory=list)
    same: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """The shown facts of a project, those that it would show, and the fields and lines of persons' statements.

    `merged` are the organisations that were merged, each with the one that is shown in its place.
    """

    before: Document
    after: Document
    said: frozenset[tuple[str, str]]
    merged: Mapping[str, str]


async def enter(
    session: AsyncSession,
    projects: Sequence[NewProject],
    *,
    author: str,
    reason: str | None = None,
    batch_id: UUID | None = None,
    known_at: datetime | None = None,
    coordinated_by: UUID | None = None,
) -> None:
    """Enter projects with what their sources say, each with its first revision, and announce them.

    With `coordinated_by` that project coordinates them from the beginning.
    Raises: SlugTaken (for a slug that was given), IdentifierTaken.
    Requires: their statements are stored; the coordinating project leads.
    """
    ids = [project.id for project in projects]
    holders = {project.id: project.numbers() for project in projects}
    shown = await _derived(session, holders)
    await rows.insert_projects(session, projects, shown)
    await rows.insert_identifiers(session, projects)
    for name in rows.LISTS:
        await rows.insert_lines(session, name, shown)
    since = known_at or await database_now(session)
    related = await relations.coordinate_new(session, coordinated_by, ids, known_at=since) if coordinated_by else []
    await revise(session, ids, author=author, reason=reason, batch_id=batch_id, known_at=known_at)
    await searching.index(session, ids)
    await announce_projects(session, created=ids)
    await announce_all(session, related)


async def show(
    session: AsyncSession,
    project_ids: Collection[UUID],
    *,
    author: str,
    reason: str | None = None,
    batch_id: UUID | None = None,
    known_at: datetime | None = None,
    also: Collection[UUID] = (),
) -> Outcome:
    """Show what the sources of the projects say now. Each that changes gets a revision and an announcement.

    So do those in `also`, of which more has changed than what their sources say, such as their identifiers. Where
    only the days of lists have moved on, these are kept current without a revision.
    Requires: the rows of the projects are locked or new.
    """
    documents = await _shown_before(session, project_ids)
    shown = await _derived(session, await holders_of(session, project_ids))
    before = {project_id: comparable(documents.get(project_id, {})) for project_id in shown}
    after = {project_id: comparable(facts.document) for project_id, facts in shown.items()}
    ids = [project_id for project_id in shown if project_id in also or before[project_id] != after[project_id]]
    await rows.update_projects(session, {project_id: shown[project_id] for project_id in ids})
    for name in rows.LISTS:
        differing = [project_id for project_id in ids if before[project_id][name] != after[project_id][name]]
        await rows.replace_lines(session, name, {project_id: shown[project_id] for project_id in differing})
    await rows.keep_days(session, shown)
    if ids:
        await revise(session, ids, author=author, reason=reason, batch_id=batch_id, known_at=known_at)
        await searching.index(session, ids)
        await announce_projects(session, changed=ids)
    return Outcome(changed=ids, same=[project_id for project_id in shown if before[project_id] == after[project_id]])


async def show_parties(session: AsyncSession, organisation_id: UUID, *, author: str, reason: str | None) -> None:
    """Show the projects anew of which the organisation is a party: it was merged, or another one is no more."""
    with_party = select(ProjectParty.project_id).where(ProjectParty.organisation_id == organisation_id)
    ids = (
        await session.scalars(
            select(Project.id).where(Project.id.in_(with_party)).order_by(Project.id).with_for_update()
        )
    ).all()
    for begin in range(0, len(ids), _PAGE):
        await show(session, ids[begin : begin + _PAGE], author=author, reason=reason)


async def preview(
    session: AsyncSession, holders: Mapping[UUID, Sequence[Identified]], further: Iterable[Listed]
) -> dict[UUID, Preview]:
    """Return what is shown of each project, and what would be with further statements of lists.

    Requires: each further statement speaks of an identifier of one of the projects.
    """
    before = await _shown_before(session, holders)
    sources = await statements.sources(session, holders, [number for held in holders.values() for number in held])
    by_number: dict[Identified, list[Listed]] = defaultdict(list)
    for one in further:
        by_number[one.scheme, one.value].append(one)
    previews: dict[UUID, Preview] = {}
    for project_id, numbers in holders.items():
        listed, said = sources.of(project_id, numbers)
        listed += [replace(one, place=place) for place, number in enumerate(numbers) for one in by_number[number]]
        shown = derive(listed, said, name=_name_without_sources(numbers), merged=sources.merged)
        kept = frozenset((one.field, one.key) for one in said if one.standing)
        previews[project_id] = Preview(before.get(project_id, {}), shown.document, kept, sources.merged)
    return previews


async def holders_of(session: AsyncSession, project_ids: Collection[UUID]) -> dict[UUID, list[Identified]]:
    """Return the identifiers of each project, in the order in which they were linked."""
    found = await session.execute(
        select(ProjectIdentifier.project_id, ProjectIdentifier.scheme, ProjectIdentifier.value)
        .where(among(ProjectIdentifier.project_id, project_ids))
        .order_by(ProjectIdentifier.project_id, ProjectIdentifier.position)
    )
    holders: dict[UUID, list[Identified]] = {project_id: [] for project_id in project_ids}
    for row in found:
        holders[row.project_id].append((row.scheme, row.value))
    return holders


async def as_of_day(session: AsyncSession, project_id: UUID, numbers: Sequence[Identified], day: date) -> Shown | None:
    """Return what the lists dated up to the day and the persons until its end said; None where there is nothing."""
    sources = await statements.sources(session, [project_id], numbers, as_of=day)
    listed, said = sources.of(project_id, numbers)
    if not listed and not any(one.standing for one in said):
        return None
    return derive(listed, said, name=_name_without_sources(numbers), merged=sources.merged)


async def _derived(session: AsyncSession, holders: Mapping[UUID, Sequence[Identified]]) -> dict[UUID, Shown]:
    sources = await statements.sources(session, holders, [number for held in holders.values() for number in held])
    return {
        project_id: derive(*sources.of(project_id, numbers), name=_name_without_sources(numbers), merged=sources.merged)
        for project_id, numbers in holders.items()
    }


def _name_without_sources(numbers: Sequence[Identified]) -> str:
    return numbers[0][1] if numbers else "?"


async def _shown_before(session: AsyncSession, project_ids: Collection[UUID]) -> dict[UUID, Document]:
    """Return the facts of the newest revision of each project."""
    found = await session.execute(
        select(Project.id, ProjectRevision.facts)
        .join(
            ProjectRevision,
            (ProjectRevision.project_id == Project.id) & (ProjectRevision.version == Project.version),
        )
        .where(among(Project.id, project_ids))
    )
    return {row.id: cast("Document", row.facts) for row in found}


def comparable(document: Mapping[str, JsonValue]) -> dict[str, object]:
    """Return the facts in a form that differs exactly where what is shown differs; days of lists do not count."""
    compared: dict[str, object] = {name: document.get(name) for name in _COMPARED}
    for name in KEY_MEMBERS:
        listed = [_without_days(line) for line in cast("list[Document]", document.get(name) or [])]
        compared[name] = statement_facts.lines(name, listed)
    return compared


def _without_days(line: Document) -> Document:
    return {**line, "as_of": None} if line.get("parts") else line
