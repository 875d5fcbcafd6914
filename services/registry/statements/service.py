"""Use cases of statements. A project shows something else only when `projects.shown` derives it anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, delete, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.messages import JsonValue
from services.kernel.clock import database_now
from services.kernel.data.ids import new_id
from services.kernel.data.rows import among, columns_of, insert_all

from .errors import KnownTooEarly
from .models import ListStatement, PersonStatement
from .queries import Identified
from .terms import TEXTS, Facts

_LISTS: Final = cast("Table", ListStatement.__table__)
_PERSONS: Final = cast("Table", PersonStatement.__table__)


@dataclass(frozen=True, slots=True)
class RegisterList:
    """A list of a register: its kind, its name as people read it, and its day."""

    kind: str
    label: str
    list_on: date


@dataclass(frozen=True, slots=True)
class PersonFact:
    """One field or line as a person says it; a null value says that there is none."""

    field: str
    key: str
    value: JsonValue
    place: int = 0


async def state_list(
    session: AsyncSession,
    register_list: RegisterList,
    facts: Mapping[Identified, Facts],
    *,
    import_id: UUID,
    author: str,
) -> None:
    """Store what the list says about each identifier, as the import brings it.

    Requires: the import has stated nothing about these identifiers yet.
    """
    rows = [
        {
            "id": new_id(),
            "list_kind": register_list.kind,
            "label": register_list.label,
            "list_on": register_list.list_on,
            "scheme": scheme,
            "value": value,
            "facts": said,
            "import_id": import_id,
            "author": author,
        }
        for (scheme, value), said in facts.items()
    ]
    if rows:
        await session.execute(insert_all(_LISTS, tuple(rows[0])), columns_of(rows))


async def repeat_list(
    session: AsyncSession,
    register_list: RegisterList,
    repeated: Mapping[Identified, int],
    *,
    import_id: UUID,
    author: str,
) -> set[Identified]:
    """Store that an import brings what statements of the list say already, given by their sequences.

    Returns the identifiers of which the list of an earlier day says it: theirs is a newer day now.
    Requires: the import has stated nothing about them yet.
    """
    if not repeated:
        return set()
    said = among(ListStatement.sequence, repeated.values())
    again = select(
        func.gen_random_uuid(),
        ListStatement.list_kind,
        literal(register_list.label),
        literal(register_list.list_on),
        ListStatement.scheme,
        ListStatement.value,
        ListStatement.facts,
        literal(import_id),
        literal(author),
    ).where(said)
    names = ["id", "list_kind", "label", "list_on", "scheme", "value", "facts", "import_id", "author"]
    await session.execute(insert(_LISTS).from_select(names, again, include_defaults=False))
    earlier = select(ListStatement.scheme, ListStatement.value).where(
        said, ListStatement.list_on < register_list.list_on
    )
    return {(scheme, value) for scheme, value in await session.execute(earlier)}


async def add_to_list(
    session: AsyncSession, register_list: RegisterList, identifier: Identified, facts: Facts, *, author: str
) -> None:
    """Add the fields to what the list says about the identifier, as callers name it as their source.

    A field that it has already is replaced, a text language by language.
    Requires: the project that holds the identifier is locked or new.
    """
    scheme, value = identifier
    statement = await session.scalar(
        select(ListStatement).where(
            ListStatement.scheme == scheme,
            ListStatement.value == value,
            ListStatement.list_kind == register_list.kind,
            ListStatement.list_on == register_list.list_on,
            ListStatement.import_id.is_(None),
        )
    )
    if statement is None:
        statement = ListStatement(
            list_kind=register_list.kind, list_on=register_list.list_on, scheme=scheme, value=value, facts={}
        )
        session.add(statement)
    texts: Facts = {field: {**statement.facts.get(field, {}), **facts[field]} for field in TEXTS if field in facts}
    statement.facts = {**statement.facts, **facts, **texts}
    statement.label, statement.author = register_list.label, author
    await session.flush()  # For the derivation that follows.


async def take_back(session: AsyncSession, import_id: UUID) -> list[Identified]:
    """Delete what the import has stated. Returns the identifiers that it spoke of."""
    gone = await session.execute(
        delete(ListStatement)
        .where(ListStatement.import_id == import_id)
        .returning(ListStatement.scheme, ListStatement.value)
    )
    return [(row.scheme, row.value) for row in gone]


async def say(
    session: AsyncSession,
    project_id: UUID,
    facts: Sequence[PersonFact],
    *,
    author: str,
    reason: str | None,
    known_at: datetime | None,
) -> None:
    """Store what a person says about the fields and lines. It ends what was said about them before.

    Raises KnownTooEarly where a statement that stands is known since a later instant.
    """
    if not facts:
        return
    known_at = known_at or await database_now(session)
    await _end(session, project_id, facts, known_at=known_at)
    rows = [
        {
            "id": new_id(),
            "project_id": project_id,
            "field": fact.field,
            "key": fact.key,
            "value": fact.value,
            "place": fact.place,
            "author": author,
            "reason": reason,
            "known_at": known_at,
        }
        for fact in facts
    ]
    await session.execute(insert_all(_PERSONS, tuple(rows[0])), columns_of(rows))


async def _end(session: AsyncSession, project_id: UUID, facts: Sequence[PersonFact], *, known_at: datetime) -> None:
    same = (
        PersonStatement.project_id == project_id,
        tuple_(PersonStatement.field, PersonStatement.key).in_([(fact.field, fact.key) for fact in facts]),
        PersonStatement.withdrawn_at.is_(None),
    )
    latest = await session.scalar(select(func.max(PersonStatement.known_at)).where(*same))
    if latest is not None and latest > known_at:
        raise KnownTooEarly
    await session.execute(update(PersonStatement).where(*same).values(withdrawn_at=known_at))


async def release(session: AsyncSession, statement: PersonStatement) -> None:
    """End a person's statement, so that the sources speak again.

    Requires: the row is locked and stands.
    """
    statement.version += 1
    statement.withdrawn_at = await database_now(session)
    statement.released = True
    await session.flush()  # For the derivation that follows.
