"""Rows of the audit, as the administrator of the database sees them."""

import asyncio

import asyncpg

from services.kernel.audit.seals import Seal, seal_new_entries
from tests.databases import TestDatabase


async def entries_of(superuser: asyncpg.Connection, service: str) -> list[asyncpg.Record]:
    """The entries of a service's audit, in their order."""
    return await superuser.fetch(f"SELECT * FROM {service}_audit.entries ORDER BY id")


async def said(superuser: asyncpg.Connection, service: str) -> list[tuple[str, str, str]]:
    """Action, noun and outcome of each entry."""
    return [(row["action"], row["noun"], row["outcome"]) for row in await entries_of(superuser, service)]


async def seal_all(database: TestDatabase, service: str = "registry") -> Seal:
    """Seal the entries of the service, once no transaction of the cluster is older than they are.

    Other test processes have transactions in the same cluster; an entry waits for them too.
    """
    are_older = f"""
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > coalesce(max(transaction), 0)
        FROM {service}_audit.entries WHERE cluster = (SELECT system_identifier FROM pg_control_system())
    """
    while not await database.admin.fetchval(are_older):  # noqa: ASYNC110 - Another process commits.
        await asyncio.sleep(0.005)
    return await seal_new_entries(database.databases[service])
