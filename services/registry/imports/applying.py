"""Applying: all of an import in one transaction, chunk by chunk, with history and announcements."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.outbox import announce, announce_all
from services.kernel.collation import finnish_sort_key
from services.kernel.data.db import Database
from services.kernel.data.ids import new_id
from services.registry.organisations.messages import OrganisationCreated
from services.registry.organisations.models import Organisation
from services.registry.projects.history import announce_projects, revise

from . import staging
from .changing import CHANGE
from .entering import ENTER, ENTER_PROJECTS, REMEMBER_NAMES, UNKNOWN_NAMES
from .messages import ImportApplied
from .models import Import, ImportRow
from .names import kind_of_name
from .terms import CHUNK_ROWS, REGISTERS, Format, ImportState, Verdict

_HOLD_PROJECTS: Final = text("""
SELECT id FROM projects
WHERE id IN (SELECT i.project_id FROM import_rows AS r
             JOIN project_identifiers AS i ON i.scheme = :scheme AND i.value = r.code
             WHERE r.import_id = :import_id)
ORDER BY id FOR UPDATE
""")

_CHANGED: Final = text("""
SELECT DISTINCT project_id FROM import_changes WHERE import_id = :import_id AND line BETWEEN :first AND :last
""")


async def apply(session: AsyncSession, database: Database, import_: Import) -> None:
    """Make the register agree with the file, except where a person has set a field, and announce it.

    The rows are judged once more, so that changes since the dry run count. Progress is written in transactions of its
    own; only the commit of this one makes the changes valid.
    """
    # From here to the end no person can edit the projects of the rows: an edit after the verdict would be lost.
    scheme = REGISTERS[Format(import_.format)].scheme
    await session.execute(_HOLD_PROJECTS, {"import_id": import_.id, "scheme": scheme})
    await staging.judge(session, import_)
    await _enter_organisations(session, import_)
    done = 0
    created = changed = 0
    for first, last, count in await _chunks(session, import_):
        values = _chunk_values(import_, first, last)
        entered = await _enter(session, values)
        altered = await _change(session, values)
        await revise(session, [*entered, *altered], author=import_.author, batch_id=import_.id)
        await announce_projects(session, created=entered, changed=altered)
        created, changed, done = created + len(entered), changed + len(altered), done + count
        await _show_progress(database, import_, done)
    import_.state = ImportState.applied
    import_.rows_done = done
    import_.applied_at = func.clock_timestamp()
    await session.flush()  # Before the announcement, so that a failure leaves neither.
    await announce(session, ImportApplied(import_id=import_.id, created=created, changed=changed))


def _chunk_values(import_: Import, first: int, last: int) -> dict[str, object]:
    register = REGISTERS[Format(import_.format)]
    return {
        "import_id": import_.id,
        "first": first,
        "last": last,
        "scheme": register.scheme,
        "source": register.source,
        "programme_period": register.programme_period,
        "fields": staging.FIELDS,
    }


async def _chunks(session: AsyncSession, import_: Import) -> Sequence[tuple[int, int, int]]:
    """Return the first line, the last line and the row count of each chunk."""
    place = func.row_number().over(order_by=ImportRow.line).label("place")
    rows = (ImportRow.import_id == import_.id, ImportRow.verdict != Verdict.ignored)
    numbered = select(ImportRow.line, place).where(*rows).subquery()
    chunk = (numbered.c.place - 1) // CHUNK_ROWS
    bounds = select(func.min(numbered.c.line), func.max(numbered.c.line), func.count()).group_by(chunk).order_by(chunk)
    return [(first, last, count) for first, last, count in await session.execute(bounds)]


async def _enter(session: AsyncSession, values: dict[str, object]) -> list[UUID]:
    for again in (False, True):
        await _run(session, ENTER_PROJECTS, {**values, "again": again})
    for statement in ENTER:
        await _run(session, statement, values)
    entered = select(ImportRow.project_id).where(
        ImportRow.import_id == values["import_id"],
        ImportRow.verdict == Verdict.new,
        ImportRow.line.between(values["first"], values["last"]),
    )
    return [project_id for project_id in await session.scalars(entered) if project_id is not None]


async def _change(session: AsyncSession, values: dict[str, object]) -> list[UUID]:
    changed = list(await session.scalars(_CHANGED, {name: values[name] for name in ("import_id", "first", "last")}))
    if changed:
        for statement in CHANGE:
            await _run(session, statement, values)
    return changed


async def _run(session: AsyncSession, statement: TextClause, values: dict[str, object]) -> None:
    """Run the statement with the values that it names."""
    named = statement.compile().params
    await session.execute(statement, {name: values[name] for name in named})


async def _enter_organisations(session: AsyncSession, import_: Import) -> None:
    """Enter the organisations that only the file knows, and store the organisation that each name means."""
    unknown = (await session.execute(UNKNOWN_NAMES, {"import_id": import_.id})).all()
    rows = [
        {
            "id": new_id(),
            "kind": kind_of_name(name),
            "name": {"fi": name},
            "sort_name": name,
            "sort_key": finnish_sort_key(name),
            "business_id": business_id,
        }
        for name, business_id in unknown
    ]
    if rows:
        await session.execute(insert(Organisation), rows)
        await session.execute(staging.FIND_ORGANISATIONS, {"import_id": import_.id})
        await announce_all(session, [OrganisationCreated(organisation_id=row["id"]) for row in rows])
    remembered = REMEMBER_NAMES.bindparams(bindparam("entered", type_=ARRAY(Uuid)))
    await session.execute(remembered, {"import_id": import_.id, "entered": [row["id"] for row in rows]})


async def _show_progress(database: Database, import_: Import, done: int) -> None:
    async with database.transaction() as other_session:
        await other_session.execute(update(Import).where(Import.id == import_.id).values(rows_done=done))
