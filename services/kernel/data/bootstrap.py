"""Making room in a cluster: the database, and per service a schema owned by a non-superuser role of its own."""

from collections.abc import Mapping

import asyncpg

EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist")


def role_of(service: str) -> str:
    """Return the database role that owns the service's schema."""
    return f"vipu_{service}"


async def make_database(admin_url: str, name: str) -> bool:
    """Create the database unless it is there; whether it was created. `admin_url` names another database."""
    connection = await asyncpg.connect(admin_url)
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            return False
        await connection.execute(f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 ENCODING 'UTF8'")
        return True
    finally:
        await connection.close()


async def make_schemas(database_url: str, passwords: Mapping[str, str]) -> None:
    """Extensions, and per service (key of `passwords`) its role, schema and search path. Repeatable.

    `database_url` is an administrator's address of the very database.
    """
    connection = await asyncpg.connect(database_url)
    try:
        for extension in EXTENSIONS:
            await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public")
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for service, password in passwords.items():
            await _make_schema(connection, service, password)
    finally:
        await connection.close()


async def _make_schema(connection: asyncpg.Connection, service: str, password: str) -> None:
    role = role_of(service)
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
    secret = await connection.fetchval("SELECT quote_literal($1::text)", password)
    await connection.execute(f"ALTER ROLE {role} PASSWORD {secret}")
    database = await connection.fetchval("SELECT current_database()")
    # For poolers that pass no start-up parameters on.
    await connection.execute(f"ALTER ROLE {role} IN DATABASE {_quoted(database)} SET search_path TO {service}, public")
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {role}")
    await connection.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
