"""Statistics: new ones are taken of the keys of tables, each time that their rows have doubled."""

from services.registry.organisations.importing import TABLES
from services.registry.statistics import MANY_ROWS, GrowingTables, refresh_statistics

FORGET = "UPDATE pg_class SET reltuples = 0 WHERE oid = 'registry.codes'::regclass"
KNOWN = "SELECT reltuples > 0 FROM pg_class WHERE oid = 'registry.codes'::regclass"
CODES = [TABLES[0].metadata.tables["codes"]]


async def test_new_statistics_count_the_rows(applications, superuser):
    await superuser.execute(FORGET)
    async with applications.runtime("registry").database.transaction() as session:
        await refresh_statistics(session, CODES)
    assert await superuser.fetchval(KNOWN)


async def test_without_waiting_the_tables_of_another_transaction_are_left_out(applications, superuser):
    database = applications.runtime("registry").database
    async with database.transaction() as first, database.transaction() as second:
        await refresh_statistics(first, CODES)
        await superuser.execute(FORGET)
        await refresh_statistics(second, CODES, wait=False)
        assert not await superuser.fetchval(KNOWN)
    async with database.transaction() as later:
        await refresh_statistics(later, CODES, wait=False)
    assert await superuser.fetchval(KNOWN)


async def test_growing_tables_get_them_each_time_that_the_rows_have_doubled(applications, statements):
    growing, counts = GrowingTables(TABLES), []
    async with applications.runtime("registry").database.transaction() as session:
        for rows in range(MANY_ROWS // 2, 5 * MANY_ROWS, MANY_ROWS // 2):
            with statements() as sent:
                await growing.refresh(session, rows)
            counts += [rows] * len(sent)
    assert counts == [MANY_ROWS, 2 * MANY_ROWS, 4 * MANY_ROWS]


async def test_statistics_are_of_the_keys_alone(applications, statements):
    async with applications.runtime("registry").database.transaction() as session:
        with statements() as sent:
            await refresh_statistics(session, TABLES[:1])
    assert sent == ["ANALYZE organisations (business_id, id, merged_into, sort_key)"]
