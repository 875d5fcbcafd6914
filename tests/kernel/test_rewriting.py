"""Rewriting: the bytes of deleted rows leave the table's file, and no row that lives is lost."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from services.kernel.data.db import Database
from services.kernel.data.rewriting import rewrite

# The tests make a table.
pytestmark = pytest.mark.own_database

SECRET = "the-secret-of-a-deleted-row"


@pytest.fixture
async def events(database) -> Database:
    """The events service's database with a table of three rows; the secret's is deleted."""
    events = database.databases["events"]
    async with events.transaction() as session:
        await session.execute(text("CREATE TABLE secrets (words text)"))
        await session.execute(text("INSERT INTO secrets VALUES ('a'), ('b'), (:secret)"), {"secret": SECRET})
    await run(events, f"DELETE FROM secrets WHERE words = '{SECRET}'")
    return events


async def run(database: Database, statement: str) -> None:
    async with database.transaction() as session:
        await session.execute(text(statement))


async def rewritten(database: Database) -> None:
    """Rewrite the table, again and again as the product does: PostgreSQL's own work may still read old rows."""
    for _ in range(200):
        if await rewrite(database, "secrets"):
            return
        await asyncio.sleep(0.05)
    pytest.fail("The table was in use for ten seconds.")


async def file_of(superuser: asyncpg.Connection) -> bytes:
    await superuser.execute("CHECKPOINT")
    return await superuser.fetchval("SELECT pg_read_binary_file(pg_relation_filepath('events.secrets'))")


async def words(superuser: asyncpg.Connection) -> list[str]:
    return [row[0] for row in await superuser.fetch("SELECT words FROM events.secrets ORDER BY 1")]


async def test_a_deleted_row_leaves_the_file_and_the_others_stay(events, superuser):
    await superuser.execute("VACUUM events.secrets")
    assert SECRET.encode() in await file_of(superuser), "The negative control: plain VACUUM leaves the bytes."
    await rewritten(events)
    assert SECRET.encode() not in await file_of(superuser)
    assert await words(superuser) == ["a", "b"]


async def test_an_empty_table_gets_an_empty_file(events, superuser):
    await run(events, "DELETE FROM secrets")
    await rewritten(events)
    assert await file_of(superuser) == b""


async def test_a_table_in_use_is_left_as_it_is(events, superuser):
    async with events.transaction() as session:
        await session.execute(text("INSERT INTO secrets VALUES ('c')"))
        assert not await rewrite(events, "secrets")
    assert await words(superuser) == ["a", "b", "c"]
    await rewritten(events)


async def test_deleted_rows_that_an_older_transaction_may_read_are_tried_again(events, database, superuser):
    async with events.snapshot() as older:
        await older.execute(text("SELECT count(*) FROM mails"))
        await run(events, "DELETE FROM secrets WHERE words = 'b'")
        assert not await rewrite(events, "secrets")
    await rewritten(events)
    assert await words(superuser) == ["a"]


async def test_no_row_is_lost_that_comes_while_an_empty_table_is_rewritten(events, superuser):
    await run(events, "DELETE FROM secrets")

    async def insert_one_by_one() -> None:
        for number in range(20):
            await run(events, f"INSERT INTO secrets VALUES ('{number:02}')")

    await asyncio.gather(insert_one_by_one(), *(rewrite(events, "secrets") for _ in range(3)))
    assert len(await words(superuser)) == 20
