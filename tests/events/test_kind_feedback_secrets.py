"""The secrets of mails leave no trace in the database's files once the mails are sent, and no value in statistics."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from services.events.mails.secrets import rewrite_secrets
from services.events.mails.terms import MailKind
from services.kernel.clock import utc_now
from tests.events.mailing import a_registration, an_event, tell

SOON = {"starts_at": utc_now() + timedelta(days=3), "ends_at": utc_now() + timedelta(days=4)}


async def file_of(superuser: asyncpg.Connection) -> bytes:
    await superuser.execute("CHECKPOINT")
    return await superuser.fetchval("SELECT pg_read_binary_file(pg_relation_filepath('events.mail_secrets'))")


async def told(applications, count: int, **facts) -> list[str]:
    event = await an_event(applications, **SOON)
    secrets = [f"canary-secret-{event.id}-{number}" for number in range(count)]
    for secret in secrets:
        person = await a_registration(applications, event, **facts)
        await tell(applications, MailKind.confirmation, person, event, secret)
    return secrets


async def test_the_secrets_of_sent_mails_leave_the_file(applications, superuser):
    secrets = await told(applications, 3)
    content = await file_of(superuser)
    assert all(secret.encode() in content for secret in secrets)
    await applications.worker("events").drain()
    assert await superuser.fetchval("SELECT count(*) FROM events.mail_secrets") == 0
    assert await file_of(superuser) == b""
    assert await superuser.fetchval("SELECT count(*) FROM events.mail_secret_deletions") == 0


async def test_the_secret_of_a_waiting_mail_stays_and_those_of_the_others_leave_the_file(applications, superuser):
    [waiting] = await told(applications, 1)
    await superuser.execute("UPDATE events.mails SET due_at = clock_timestamp() + interval '1 hour'")
    [sent] = await told(applications, 1)
    await applications.worker("events").drain()
    # Another transaction of the cluster may still read old rows; then a later run rewrites the file.
    for _ in range(100):
        content = await file_of(superuser)
        if sent.encode() not in content:
            break
        await asyncio.sleep(0.05)
        await rewrite_secrets(applications.runtime("events"))
    assert waiting.encode() in content and sent.encode() not in content
    assert await superuser.fetchval("SELECT secret FROM events.mail_secrets") == waiting


async def test_a_secret_of_a_mail_that_is_given_up_leaves_the_file(applications, superuser):
    await told(applications, 1, email="nobody")
    await applications.worker("events").drain()
    assert await superuser.fetchval("SELECT state FROM events.mails") == "parked"
    assert await file_of(superuser) == b""


async def test_a_table_in_use_is_rewritten_by_a_later_run(applications, superuser):
    [secret] = await told(applications, 1)
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE events.mail_secrets IN ROW EXCLUSIVE MODE")
        await applications.worker("events").drain()
    assert secret.encode() in await file_of(superuser), "The negative control: a deleted row stays in the file."
    await rewrite_secrets(applications.runtime("events"))
    assert await file_of(superuser) == b""


async def test_a_table_without_deletions_is_left_alone(applications, superuser):
    where = "SELECT pg_relation_filepath('events.mail_secrets')"
    before = await superuser.fetchval(where)
    await rewrite_secrets(applications.runtime("events"))
    assert await superuser.fetchval(where) == before


@pytest.mark.parametrize(
    ("table", "column"),
    [("mail_secrets", "secret"), ("mails", "to_address"), ("mails", "to_name"), ("mails", "reason")],
)
async def test_no_statistics_are_made_of_what_identifies_a_person(superuser, table, column):
    target = "SELECT attstattarget FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2"
    assert await superuser.fetchval(target, f"events.{table}", column) == 0
