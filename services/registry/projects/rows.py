"""The rows of projects: their own and those of their lists, written as the derivation gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Date, Numeric, Table, Uuid, delete, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.messages import JsonValue
from services.kernel.collation import finnish_sort_key
from services.kernel.data.rows import among, arrays, columns_of, insert_all
from services.kernel.text import pick
from services.registry.db import Base
from services.registry.statements.derivation import Shown
from services.registry.statements.queries import Identified
from services.registry.statements.terms import KEY_MEMBERS, SINGLE, STATE, TEXTS

from .errors import IdentifierTaken, SlugTaken
from .models import Project, ProjectFunding, ProjectIdentifier
from .terms import slug_of

_PROJECTS: Final = cast("Table", Project.__table__)
_IDENTIFIERS: Final = cast("Table", ProjectIdentifier.__table__)
# The lists of a project that are derived, each in a table of its own.
LISTS: Final[Mapping[str, Table]] = {name: Base.metadata.tables[f"project_{name}"] for name in (*KEY_MEMBERS, "states")}
_GIVEN: Final = "given_"
_OWN: Final = (*SINGLE, STATE, *TEXTS, "starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project that has no row yet: its identifiers in order, as rows, and its slug, or None to make one."""

    id: UUID
    identifiers: Sequence[Mapping[str, object]]
    slug: str | None = None
    # Whether a slug that is made has the number in it also where the name alone is free: then it is the same whatever
    # else was entered before.
    numbered: bool = False

    def numbers(self) -> list[Identified]:
        """Return the identifiers as pairs of scheme and value."""
        return [(str(row["scheme"]), str(row["value"])) for row in self.identifiers]


async def insert_projects(session: AsyncSession, projects: Sequence[NewProject], shown: Mapping[UUID, Shown]) -> None:
    """Insert the rows of the projects. A slug that is made gets a suffix where it is taken.

    Raises: SlugTaken (for a slug that was given).
    """
    waiting = list(projects)
    for attempt in range(3):
        if not waiting:
            return
        own = [{**_own(project.id, shown[project.id]), "slug": _slug(project, shown, attempt)} for project in waiting]
        statement = insert_all(_PROJECTS, tuple(own[0])).on_conflict_do_nothing(index_elements=["slug"])
        entered = set(await session.scalars(statement.returning(_PROJECTS.c.id), columns_of(own)))
        waiting = [project for project in waiting if project.id not in entered]
        if any(project.slug for project in waiting):
            raise SlugTaken
    if waiting:
        raise SlugTaken


def _slug(project: NewProject, shown: Mapping[UUID, Shown], attempt: int) -> str:
    if project.slug:
        return project.slug
    number = str(project.identifiers[0]["value"]) if project.identifiers else ""
    suffixes = (number if project.numbered else "", number, project.id.hex[-12:])
    return slug_of(_picked_name(shown[project.id]), suffix=suffixes[attempt])


def _picked_name(shown: Shown) -> str:
    return pick(cast("dict[str, str]", shown.document["name"]))[0]


def _own(project_id: UUID, shown: Shown) -> dict[str, object]:
    """Return the values of the project's own row."""
    own = {name: _stored(_PROJECTS, name, shown.document[name]) for name in _OWN}
    return {
        **own,
        "id": project_id,
        "sort_key": finnish_sort_key(_picked_name(shown)),
        "last_listed_on": shown.last_listed_on,
    }


def _stored(table: Table, name: str, value: JsonValue) -> object:
    """Return the value of a document as the column stores it: days and decimals are texts in documents."""
    if isinstance(value, str):
        match table.c[name].type:
            case Date():
                return date.fromisoformat(value)
            case Numeric():
                return Decimal(value)
            case Uuid():
                return UUID(value)
            case _:
                return value
    return value


async def insert_identifiers(session: AsyncSession, projects: Sequence[NewProject]) -> None:
    """Insert the identifiers of new projects. Raises IdentifierTaken."""
    columns = ("scheme", "value", "project_id", "position", "valid_from", "valid_to", "source")
    values = [
        {name: {**row, "project_id": project.id, "position": place}.get(name) for name in columns}
        for project in projects
        for place, row in enumerate(project.identifiers)
    ]
    if not values:
        return
    statement = insert_all(_IDENTIFIERS, columns).on_conflict_do_nothing().returning(_IDENTIFIERS.c.position)
    inserted = await session.execute(statement, columns_of(values))
    if len(inserted.all()) < len(values):
        raise IdentifierTaken


async def update_projects(session: AsyncSession, shown: Mapping[UUID, Shown]) -> None:
    """Write the own rows of projects that show something else, each as its next version."""
    if not shown:
        return
    own = [_own(project_id, facts) for project_id, facts in shown.items()]
    given = arrays(_PROJECTS, tuple(own[0]), prefix=_GIVEN)
    values = {name: given.c[name] for name in own[0] if name != "id"}
    await session.execute(
        update(_PROJECTS).where(_PROJECTS.c.id == given.c.id).values({**values, "version": _PROJECTS.c.version + 1}),
        columns_of(own, prefix=_GIVEN),
    )


async def replace_lines(session: AsyncSession, name: str, shown: Mapping[UUID, Shown]) -> None:
    """Replace one list of each of the projects."""
    if shown:
        table = LISTS[name]
        await session.execute(delete(table).where(among(table.c.project_id, shown)))
        await insert_lines(session, name, shown)


async def empty_lists(session: AsyncSession, project_id: UUID) -> None:
    """Remove the lines of all lists of a project."""
    for table in LISTS.values():
        await session.execute(delete(table).where(table.c.project_id == project_id))


async def insert_lines(session: AsyncSession, name: str, shown: Mapping[UUID, Shown]) -> None:
    """Insert one list of each of the projects. Requires: the lists are empty."""
    table = LISTS[name]
    lines = [
        {column: _stored(table, column, line.get(column)) for column in _columns(table)}
        for project_id, facts in shown.items()
        for line in _placed(project_id, facts.document[name])
    ]
    if lines:
        await session.execute(insert_all(table, _columns(table)), columns_of(lines))


def _columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def _placed(project_id: UUID, lines: JsonValue) -> list[dict[str, JsonValue]]:
    listed = cast("list[dict[str, JsonValue]]", lines)
    return [{**line, "project_id": str(project_id), "position": place} for place, line in enumerate(listed)]


async def keep_days(session: AsyncSession, shown: Mapping[UUID, Shown]) -> None:
    """Store the days of lists where nothing that is shown has changed: of sums, of their parts, of the newest list."""
    if not shown:
        return
    own = [{"id": project_id, "last_listed_on": facts.last_listed_on} for project_id, facts in shown.items()]
    given = arrays(_PROJECTS, ("id", "last_listed_on"), prefix=_GIVEN)
    moved = _PROJECTS.c.last_listed_on.is_distinct_from(given.c.last_listed_on)
    await session.execute(
        update(_PROJECTS).where(_PROJECTS.c.id == given.c.id, moved).values(last_listed_on=given.c.last_listed_on),
        columns_of(own, prefix=_GIVEN),
    )
    await _keep_days_of_sums(session, shown)


async def _keep_days_of_sums(session: AsyncSession, shown: Mapping[UUID, Shown]) -> None:
    funding = cast("Table", ProjectFunding.__table__)
    names = ("project_id", "kind", "source", "currency", "as_of", "parts")
    sums = [
        {name: _stored(funding, name, line[name]) for name in names}
        for project_id, facts in shown.items()
        for line in _placed(project_id, facts.document["funding"])
        if line["parts"]
    ]
    if not sums:
        return
    given = arrays(funding, names, prefix=_GIVEN)
    same = [funding.c[name] == given.c[name] for name in names[:4]]
    moved = or_(funding.c.as_of.is_distinct_from(given.c.as_of), funding.c.parts.is_distinct_from(given.c.parts))
    await session.execute(
        update(funding).where(*same, moved).values(as_of=given.c.as_of, parts=given.c.parts),
        columns_of(sums, prefix=_GIVEN),
    )


async def replace_identifiers(
    session: AsyncSession, project_id: UUID, identifiers: Sequence[Mapping[str, object]]
) -> None:
    """Replace the identifiers of a project. Raises IdentifierTaken."""
    await session.execute(delete(ProjectIdentifier).where(ProjectIdentifier.project_id == project_id))
    await insert_identifiers(session, [NewProject(project_id, identifiers)])


async def move_identifiers(session: AsyncSession, from_id: UUID, to_id: UUID, numbers: Sequence[Identified]) -> None:
    """Move identifiers from one project to the end of those of another."""
    last = func.coalesce(func.max(ProjectIdentifier.position), -1)
    end: int = (
        await session.scalar(func.coalesce(last, -1).select().where(ProjectIdentifier.project_id == to_id))
    ) or 0
    for place, (scheme, value) in enumerate(numbers, start=end + 1):
        await session.execute(
            update(ProjectIdentifier)
            .where(
                ProjectIdentifier.project_id == from_id,
                ProjectIdentifier.scheme == scheme,
                ProjectIdentifier.value == value,
            )
            .values(project_id=to_id, position=place)
        )
