"""Advisory locks: a name has one holder at a time among all processes, and none after the holder's end."""

from services.kernel.data.advisory_locks import AdvisoryLocks


async def test_a_name_is_held_by_one_at_a_time(applications):
    database = applications.runtime("events").database
    mine, yours = AdvisoryLocks(database), AdvisoryLocks(database)
    async with mine.try_hold("relay") as first, yours.try_hold("relay") as second, yours.try_hold("another") as third:
        assert (first, second, third) == (True, False, True)
    async with yours.try_hold("relay") as later:
        assert later
    await mine.close()
    await yours.close()


async def test_a_lost_connection_frees_the_name_and_is_made_anew(applications, superuser):
    mine, yours = (
        AdvisoryLocks(applications.runtime("events").database),
        AdvisoryLocks(applications.runtime("events").database),
    )
    async with mine.try_hold("relay"):
        pass
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE usename = 'vipu_events' AND datname = current_database()"
    )
    async with yours.try_hold("relay") as held:
        assert held
    async with mine.try_hold("other") as again:
        assert again
    await mine.close()
    await yours.close()
