"""Rows of the audit, as the administrator of the database sees them."""

import asyncpg


async def entries_of(superuser: asyncpg.Connection, service: str) -> list[asyncpg.Record]:
    """The entries of a service's audit, in their order."""
    return await superuser.fetch(f"SELECT * FROM {service}_audit.entries ORDER BY id")


async def said(superuser: asyncpg.Connection, service: str) -> list[tuple[str, str, str]]:
    """Action, noun and outcome of each entry."""
    return [(row["action"], row["noun"], row["outcome"]) for row in await entries_of(superuser, service)]
