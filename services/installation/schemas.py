"""The schemas of an installation: made, migrated, and filled with the code lists."""

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from services.installation.installation import DATABASE, Installation, Tell, database_url
from services.installation.keys import Keys
from services.kernel.data import bootstrap, migrations
from services.kernel.data.db import Database
from services.kernel.settings import DATA
from services.postgres import Cluster
from services.registry.codes import service as codes


def exists(cluster: Cluster) -> bool:
    """Whether the installation's database has been made."""
    return asyncio.run(_is_there(cluster.url()))


async def _is_there(admin_url: str) -> bool:
    connection = await asyncpg.connect(admin_url)
    try:
        return bool(await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE))
    finally:
        await connection.close()


def drop(cluster: Cluster, name: str = DATABASE) -> None:
    """Remove the database, by default the installation's, with all that is in it."""
    asyncio.run(_execute(cluster.url(), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def replace_by(cluster: Cluster, name: str) -> None:
    """Put the database of that name in the place of the installation's, which is given up."""
    drop(cluster)
    asyncio.run(_execute(cluster.url(), f"ALTER DATABASE {name} RENAME TO {DATABASE}"))


async def _execute(admin_url: str, statement: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def bring_up_to_date(installation: Installation, cluster: Cluster, keys: Keys, *, tell: Tell) -> None:
    """Make what is missing of database, roles, schemas, tables and code lists.

    What is current already costs two connections.
    """
    made = asyncio.run(bootstrap.make_database(cluster.url(), DATABASE))
    late = asyncio.run(_not_at_head(cluster.url(DATABASE)))
    if keys.made or late:
        asyncio.run(bootstrap.make_schemas(cluster.url(DATABASE), keys.passwords))
    for service in late:
        tell(f"Bringing the tables of {service} up to date.")
        migrations.upgrade(service, database_url(cluster, keys, service))
    _refresh_codes(installation, database_url(cluster, keys, "registry"), tell=tell, afresh=made)


async def _not_at_head(admin_url: str) -> list[str]:
    connection = await asyncpg.connect(admin_url)
    try:
        return [
            service
            for service in migrations.STORING_SERVICES
            if await _revision_of(connection, service) != migrations.head_of(service)
        ]
    finally:
        await connection.close()


async def _revision_of(connection: asyncpg.Connection, service: str) -> str | None:
    table = f"{service}.alembic_version"
    if await connection.fetchval("SELECT to_regclass($1)", table) is None:
        return None
    found = await connection.fetchval(f"SELECT version_num FROM {table}")  # noqa: S608  Our own schema's name.
    return str(found) if found else None


def _refresh_codes(installation: Installation, registry_url: str, *, tell: Tell, afresh: bool) -> None:
    marker, digest = _codes_marker(installation), codes_digest()
    if not afresh and marker.exists() and marker.read_text() == digest:
        return
    tell("Loading the code lists: areas, authorities, themes.")
    asyncio.run(load_codes(registry_url))
    marker.write_text(digest)


def forget_codes(installation: Installation) -> None:
    """Have the code lists loaded the next time, whatever was loaded before: the database is another one."""
    _codes_marker(installation).unlink(missing_ok=True)


def _codes_marker(installation: Installation) -> Path:
    return installation.folder / "codes"


def codes_digest(folder: Path = DATA) -> str:
    """What the code lists say, in short."""
    told = hashlib.sha256()
    for file in sorted(folder.glob("*.csv")):
        told.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return told.hexdigest()


async def load_codes(registry_url: str) -> None:
    """Bring the registry's code lists to what `data/` says. Repeatable."""
    database = Database(registry_url, schema="registry", pool_size=1)
    try:
        async with database.transaction() as session:
            await codes.load_code_lists(session)
    finally:
        await database.close()


def migrate(urls: Mapping[str, str], *, admin_url: str | None, passwords: Mapping[str, str], tell: Tell) -> None:
    """Bring each service's schema to head, and the code lists with it; with `admin_url` roles and schemas first."""
    if admin_url:
        tell("Making roles and schemas.")
        asyncio.run(bootstrap.make_schemas(admin_url, passwords))
    for service, url in urls.items():
        tell(f"Migrating {service}.")
        migrations.upgrade(service, url)
    if "registry" in urls:
        tell("Loading the code lists.")
        asyncio.run(load_codes(urls["registry"]))
