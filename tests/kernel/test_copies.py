"""Copies of another service's rows: they go by version, and reconciling makes them equal to the producer's list."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.background import copies
from services.kernel.background.copies import Copied
from services.kernel.background.upstream import UpstreamUnavailable
from services.kernel.data.db import Model, new_metadata
from services.kernel.runtime import Runtime

RED, BLUE = UUID(int=1), UUID(int=2)


class _Base(Model):
    __abstract__ = True
    metadata = new_metadata()


class Kettle(Copied, _Base):
    """A copy of these tests."""

    __tablename__ = "kettles"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    colour: Mapped[str | None] = mapped_column(Text)
    labels: Mapped[list[str] | None]


TABLE: Table = Kettle.metadata.tables["kettles"]


@pytest_asyncio.fixture
async def runtime(applications) -> AsyncIterator[Runtime]:
    events = applications.runtime("events")
    async with events.database.writer.begin() as connection:
        await connection.run_sync(_Base.metadata.create_all)
    yield events
    async with events.database.writer.begin() as connection:
        await connection.run_sync(_Base.metadata.drop_all)


def kettle(row_id: UUID, version: int, colour: str | None = "red") -> Mapping[str, object]:
    return {"id": row_id, "version": version, "colour": colour, "labels": [colour]}


async def keep(runtime: Runtime, *rows: Mapping[str, object]) -> set[UUID]:
    async with runtime.database.transaction() as session:
        return await copies.keep(session, TABLE, rows)


async def drop(runtime: Runtime, **versions: int) -> set[UUID]:
    async with runtime.database.transaction() as session:
        named = {"red": RED, "blue": BLUE}
        return await copies.drop(session, TABLE, {named[name]: version for name, version in versions.items()})


async def reconcile(runtime: Runtime, *pages: Sequence[Mapping[str, object]]) -> None:
    async def listing() -> AsyncIterator[Sequence[Mapping[str, object]]]:
        for page in pages:
            yield page

    await copies.reconcile(runtime, TABLE, listing())


async def stored(runtime: Runtime) -> list[tuple[object, ...]]:
    """The rows that are not removed."""
    async with runtime.database.transaction() as session:
        kept = "SELECT id, version, colour FROM kettles WHERE NOT removed ORDER BY id"
        return [tuple(row) for row in await session.execute(text(kept))]


async def written(runtime: Runtime) -> list[tuple[object, ...]]:
    """When each row was last written."""
    async with runtime.database.transaction() as session:
        return [tuple(row) for row in await session.execute(text("SELECT id, copied_at FROM kettles ORDER BY id"))]


async def facts_changed(runtime: Runtime, change: Awaitable[object]) -> list[UUID]:
    """Make the change. Returns the rows in which a fact then changed."""
    before = await _changes(runtime)
    await change
    return sorted(row_id for row_id, _ in await _changes(runtime) - before)


async def _changes(runtime: Runtime) -> set[tuple[UUID, datetime]]:
    async with runtime.database.transaction() as session:
        rows = await session.execute(text("SELECT id, changed_at FROM kettles"))
        return {(row_id, changed_at) for row_id, changed_at in rows}


async def test_a_newer_state_replaces_an_older_one_and_never_the_other_way(runtime):
    assert await keep(runtime, kettle(RED, 2), kettle(BLUE, 1, "blue")) == {RED, BLUE}
    assert await keep(runtime, kettle(RED, 1, "old"), kettle(BLUE, 1, "same")) == set()
    assert await keep(runtime, kettle(RED, 5, None), kettle(RED, 4, "old"), kettle(BLUE, 3, "navy")) == {RED, BLUE}
    assert await stored(runtime) == [(RED, 5, None), (BLUE, 3, "navy")]
    assert await keep(runtime) == set()


async def test_an_older_message_does_not_bring_a_removed_object_back(runtime):
    await keep(runtime, kettle(RED, 2))
    assert await drop(runtime, red=3, blue=2) == {RED, BLUE}
    assert await drop(runtime, red=3) == set()
    assert await keep(runtime, kettle(RED, 2), kettle(RED, 3), kettle(BLUE, 1)) == set()
    assert await stored(runtime) == []
    assert await keep(runtime, kettle(RED, 4)) == {RED}
    assert await drop(runtime, red=3) == set()
    assert await stored(runtime) == [(RED, 4, "red")]


async def test_what_was_removed_again_stays_removed_whatever_arrives_late(runtime):
    await keep(runtime, kettle(RED, 5))
    await drop(runtime, red=6)
    assert await drop(runtime, red=8) == {RED}
    assert await keep(runtime, kettle(RED, 7)) == set()
    assert await keep(runtime, kettle(RED, 9)) == {RED}


async def test_what_reconciling_removed_before_its_message_came_stays_removed(runtime):
    await keep(runtime, kettle(RED, 3))
    await reconcile(runtime, [])
    await drop(runtime, red=5)
    assert await keep(runtime, kettle(RED, 4)) == set()
    assert await stored(runtime) == []


async def test_a_version_that_changes_no_copied_fact_is_taken_over_and_changes_no_fact(runtime):
    assert await facts_changed(runtime, keep(runtime, kettle(RED, 1), kettle(BLUE, 1))) == [RED, BLUE]
    assert await facts_changed(runtime, keep(runtime, kettle(RED, 2), kettle(BLUE, 2, "blue"))) == [BLUE]
    assert await facts_changed(runtime, drop(runtime, red=3)) == [RED]
    assert await facts_changed(runtime, drop(runtime, red=4)) == []
    assert await facts_changed(runtime, reconcile(runtime, [kettle(BLUE, 3, "blue"), kettle(RED, 4)])) == [RED]
    assert await facts_changed(runtime, reconcile(runtime, [kettle(BLUE, 1, "blue")])) == [RED]
    assert await stored(runtime) == [(BLUE, 1, "blue")]


async def test_a_message_that_takes_a_fact_back_goes_before_the_list_that_has_it(runtime):
    await keep(runtime, kettle(RED, 1))

    async def listing() -> AsyncIterator[Sequence[Mapping[str, object]]]:
        page = [kettle(RED, 2, "for a moment")]
        await keep(runtime, kettle(RED, 3))
        yield page

    await copies.reconcile(runtime, TABLE, listing())
    assert await stored(runtime) == [(RED, 3, "red")]


async def test_reconciling_fills_a_new_copy_and_removes_what_the_list_no_longer_has(runtime):
    await reconcile(runtime, [kettle(RED, 7)], [kettle(BLUE, 1)], [])
    filled = await written(runtime)
    await reconcile(runtime, [kettle(RED, 7), kettle(BLUE, 1)])
    assert await written(runtime) == filled
    assert await stored(runtime) == [(RED, 7, "red"), (BLUE, 1, "red")]
    await reconcile(runtime, [kettle(BLUE, 1)])
    assert await stored(runtime) == [(BLUE, 1, "red")]
    await reconcile(runtime, [kettle(RED, 7), kettle(BLUE, 1)])
    assert await stored(runtime) == [(RED, 7, "red"), (BLUE, 1, "red")]
    await reconcile(runtime)
    assert await stored(runtime) == []


async def test_a_producer_that_was_restored_from_a_backup_is_followed_to_its_older_versions(runtime):
    await keep(runtime, kettle(RED, 9, "lost"), kettle(BLUE, 2, "blue"))
    await reconcile(runtime, [kettle(RED, 4, "restored"), kettle(BLUE, 2, "mended")])
    assert await stored(runtime) == [(RED, 4, "restored"), (BLUE, 2, "mended")]


async def test_what_arrives_during_the_listing_goes_before_the_list(runtime):
    await keep(runtime, kettle(RED, 1), kettle(BLUE, 1))

    async def listing() -> AsyncIterator[Sequence[Mapping[str, object]]]:
        page = [kettle(RED, 1)]
        await keep(runtime, kettle(RED, 2, "newer"), kettle(BLUE, 2, "not listed yet"))
        yield page

    await copies.reconcile(runtime, TABLE, listing())
    assert await stored(runtime) == [(RED, 2, "newer"), (BLUE, 2, "not listed yet")]


async def test_a_listing_that_fails_removes_nothing(runtime):
    await keep(runtime, kettle(RED, 1), kettle(BLUE, 1))

    async def listing() -> AsyncIterator[Sequence[Mapping[str, object]]]:
        yield [kettle(RED, 2, "listed")]
        raise UpstreamUnavailable("status-503")

    with pytest.raises(UpstreamUnavailable):
        await copies.reconcile(runtime, TABLE, listing())
    assert await stored(runtime) == [(RED, 2, "listed"), (BLUE, 1, "red")]
