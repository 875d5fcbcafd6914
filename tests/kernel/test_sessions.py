"""Sessions: PostgreSQL refuses each write of a `Reading`; the role of a service sees no other schema."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError


async def test_a_reading_session_cannot_write(applications):
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with applications.runtime("registry").database.reading() as session:
            await session.execute(text("DELETE FROM inbox"))


@pytest.mark.parametrize(
    ("service", "schema"), [("registry", "events"), ("events", "feedback"), ("feedback", "registry")]
)
async def test_a_service_cannot_read_the_schema_of_another_service(applications, service, schema):
    with pytest.raises(ProgrammingError, match="permission denied for schema"):
        async with applications.runtime(service).database.reading() as session:
            await session.execute(text(f"SELECT * FROM {schema}.outbox"))


async def test_a_failed_request_leaves_nothing_behind(applications, superuser):
    with pytest.raises(LookupError):
        async with applications.runtime("registry").database.transaction() as session:
            await session.execute(text("INSERT INTO inbox (message_id) VALUES (gen_random_uuid())"))
            raise LookupError
    assert await superuser.fetchval("SELECT count(*) FROM registry.inbox") == 0
