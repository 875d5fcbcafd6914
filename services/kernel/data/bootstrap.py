"""The set-up of a database in a cluster: for each service a schema that a role without superuser rights owns."""

from collections.abc import Mapping

import asyncpg

from services.kernel.audit.provisioning import make_audit_schema
from services.kernel.time_limits import OF_REQUESTS

EXTENSIONS = ("pg_trgm", "fuzzystrmatch", "btree_gist")


def role_of(service: str) -> str:
    """Return the database role that owns the service's schema."""
    return f"vipu_{service}"


async def make_database(admin_url: str, name: str) -> bool:
    """Create the database unless it exists. Returns whether it was created.

    Requires: `admin_url` is an administrator's address of another database of the cluster.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            return False
        await connection.execute(f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 ENCODING 'UTF8'")
        return True
    finally:
        await connection.close()


async def make_schemas(database_url: str, passwords: Mapping[str, str]) -> None:
    """Create the extensions, and for each service that `passwords` names a role with time limits and a schema.

    The schema of each service's audit belongs to the administrator. A second call changes nothing but the passwords.
    Requires: `database_url` is an administrator's address of the database.
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
    await set_passwords(connection, {service: password})
    database = await connection.fetchval("SELECT current_database()")
    # For connection poolers that do not forward start-up parameters.
    await connection.execute(f"ALTER ROLE {role} IN DATABASE {_quoted(database)} SET search_path TO {service}, public")
    for name, value in OF_REQUESTS.settings():
        await connection.execute(f"ALTER ROLE {role} SET {name} TO '{value}'")
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {role}")
    await connection.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    await make_audit_schema(connection, service, role)


async def set_passwords(connection: asyncpg.Connection, passwords: Mapping[str, str]) -> None:
    """Set the password of the role of each service. Requires: a connection of an administrator, and the roles."""
    for service, password in passwords.items():
        secret = await connection.fetchval("SELECT quote_literal($1::text)", password)
        await connection.execute(f"ALTER ROLE {role_of(service)} PASSWORD {secret}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
