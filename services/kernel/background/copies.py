"""Copies: a service keeps rows of another service's facts, which follow its messages and its list.

A copy holds the producer's version, and an older state that arrives later changes nothing. Messages keep a copy
current within seconds; reconciling with the producer's list fills a new copy and mends what messages have missed.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Table,
    Uuid,
    and_,
    bindparam,
    case,
    false,
    func,
    or_,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.background.upstream import call_upstream
from services.kernel.clock import database_now
from services.kernel.lists.pages import Page
from services.kernel.runtime import Runtime

Rows = Sequence[Mapping[str, object]]
# The data of messages of one kind.
Messages = Sequence[Mapping[str, object]]
# Whether the stored row gives way to the row that the INSERT proposes.
_Outdated = Callable[[Insert], ColumnElement[bool]]

_NOW: Final[ColumnElement[datetime]] = func.clock_timestamp()
_PAGE: Final = 100


class Copied:
    """The columns of a copy beside its facts, for a mapped class with the primary key `id`.

    A removed row is a tombstone: it keeps its version, so that an older message does not bring the object back.
    Requires: every other column is nullable or has a server default, because a tombstone may have no facts.
    """

    # The producer's version.
    version: Mapped[int] = mapped_column(Integer)
    removed: Mapped[bool] = mapped_column(server_default=false())
    # When the row was last written here, and when a fact beside the version last changed. Most versions of a project
    # change none of the copied facts; what follows the copy then has nothing to do.
    copied_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Item(BaseModel):
    """An object of a producer, as its list has it and its messages announce it. Other fields are ignored."""

    @abstractmethod
    def row(self) -> Mapping[str, object]:
        """Return the row of the copy."""


_Item = TypeVar("_Item", bound=Item)


async def keep(session: AsyncSession, table: Table, rows: Rows) -> set[UUID]:
    """Store the rows, but those of which the copy has the same or a newer version. Returns the changed ids.

    Requires: rows with the same names, `id` and `version` among them.
    """
    return await _store(session, table, rows, lambda statement: _is_newer(table, statement))


async def drop(session: AsyncSession, table: Table, ids_with_versions: Mapping[UUID, int]) -> set[UUID]:
    """Mark the objects as removed, but those of which the copy has a newer version. Returns the changed ids.

    An unknown object gets a tombstone too, because the message of its creation may arrive later. An existing
    tombstone takes over a newer version, because a message between the two may arrive later.
    """
    tombstones = [{"id": row_id, "version": version, "removed": True} for row_id, version in ids_with_versions.items()]

    def is_outdated(statement: Insert) -> ColumnElement[bool]:
        is_same = table.c.version == statement.excluded.version
        return or_(_is_newer(table, statement), and_(is_same, ~table.c.removed))

    return await _store(session, table, tombstones, is_outdated)


async def reconcile(runtime: Runtime, table: Table, pages: AsyncIterator[Rows]) -> None:
    """Make the copy equal to the producer's list.

    The list goes before what was copied before the listing began, so that a producer that was restored from a backup
    is followed to its older versions. A message that arrives during the listing goes by its version.
    Raises what `pages` raises; then the pages before the failure are stored and nothing is removed.
    """
    async with runtime.database.transaction() as session:
        began_at = await database_now(session)
    listed: set[UUID] = set()
    async for rows in pages:
        listed |= _ids(rows)
        async with runtime.database.transaction() as session:
            await _store(session, table, rows, lambda new: _is_outdated_by_list(table, new, began_at))
    async with runtime.database.long_transaction() as session:
        await _remove_unlisted(session, table, listed, began_at)


async def listed_rows(
    runtime: Runtime, page_type: type[Page[_Item]], address: str, *, sort: str, **filters: str | int
) -> AsyncIterator[Rows]:
    """Yield the rows of another service's list, as it is now, page by page. Raises UpstreamUnavailable.

    Requires: a sort key that no change of an object moves. By a name, an object that is renamed while the list is read
    would be passed over, and count as removed.
    """
    params: dict[str, str | int] = {**filters, "sort": sort, "limit": _PAGE}
    while True:
        page = await call_upstream(runtime, page_type, "GET", address, params=params)
        yield [listed.row() for listed in page.items]
        if page.next_cursor is None:
            return
        params["cursor"] = page.next_cursor


async def _store(session: AsyncSession, table: Table, rows: Rows, is_outdated: _Outdated) -> set[UUID]:
    """Insert the rows, or update the stored ones that are outdated. Returns the changed ids."""
    # One row of an id: a statement cannot update a row twice. In their order: transactions lock rows in the same one.
    newest = {row["id"]: row for row in sorted(rows, key=_version)}
    if not newest:
        return set()
    statement = insert(table)
    facts = sorted({*next(iter(newest.values())), "removed"} - {"id", "version"})
    values = {name: statement.excluded[name] for name in (*facts, "version")}
    changed_at = case((_differs(table, statement, facts), _NOW), else_=table.c.changed_at)
    storing = statement.on_conflict_do_update(
        index_elements=[table.c.id],
        set_={**values, "copied_at": _NOW, "changed_at": changed_at},
        where=is_outdated(statement),
    )
    ordered = [dict(newest[row_id]) for row_id in sorted(newest, key=str)]
    return set(await session.scalars(storing.returning(table.c.id), ordered))


def _version(row: Mapping[str, object]) -> int:
    version = row["version"]
    assert isinstance(version, int)
    return version


def _ids(rows: Rows) -> set[UUID]:
    ids = {row["id"] for row in rows}
    return {row_id for row_id in ids if isinstance(row_id, UUID)}


def _is_newer(table: Table, statement: Insert) -> ColumnElement[bool]:
    return table.c.version < statement.excluded.version


def _is_outdated_by_list(table: Table, statement: Insert, began_at: datetime) -> ColumnElement[bool]:
    names = [column.name for column in table.columns if column.name not in {"id", "copied_at", "changed_at"}]
    differs = _differs(table, statement, names)
    return or_(_is_newer(table, statement), and_(table.c.copied_at < began_at, differs))


def _differs(table: Table, statement: Insert, names: Sequence[str]) -> ColumnElement[bool]:
    stored = tuple_(*(table.c[name] for name in names))
    return stored.is_distinct_from(tuple_(*(statement.excluded[name] for name in names)))


async def _remove_unlisted(session: AsyncSession, table: Table, listed: set[UUID], began_at: datetime) -> None:
    """Mark as removed what the list does not have and was copied before the listing began."""
    is_listed = table.c.id == func.any(bindparam("listed", sorted(listed), type_=ARRAY(Uuid)))
    unlisted = and_(~is_listed, ~table.c.removed, table.c.copied_at < began_at)
    await session.execute(update(table).where(unlisted).values(removed=True, copied_at=_NOW, changed_at=_NOW))
