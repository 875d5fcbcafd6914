"""Leases: one holder at a time over processes, none after the holder's end."""

from services.kernel.data.advisory_locks import Leases


async def test_a_name_is_held_by_one_at_a_time(house):
    database = house.runtime("events").database
    mine, yours = Leases(database), Leases(database)
    async with mine.alone("sweep") as first, yours.alone("sweep") as second, yours.alone("another") as third:
        assert (first, second, third) == (True, False, True)
    async with yours.alone("sweep") as later:
        assert later
    await mine.close()
    await yours.close()


async def test_a_lost_connection_frees_the_name_and_is_made_anew(house, superuser):
    mine, yours = Leases(house.runtime("events").database), Leases(house.runtime("events").database)
    async with mine.alone("sweep"):
        pass
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE usename = 'vipu_events' AND datname = current_database()"
    )
    async with yours.alone("sweep") as held:
        assert held
    async with mine.alone("other") as again:
        assert again
    await mine.close()
    await yours.close()
