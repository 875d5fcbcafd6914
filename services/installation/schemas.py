"""The schemas of an installation: their making, their migrations and their code lists."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import asyncpg

from services.contracts.services import STORING_SERVICES
from services.installation.errors import CannotRun
from services.installation.installation import DATABASE, Installation, Tell, database_url
from services.installation.keys import Keys
from services.kernel.audit.provisioning import AUDIT_VERSION, audit_version
from services.kernel.data import bootstrap, migrations
from services.kernel.data.db import Database
from services.postgres import Cluster
from services.registry.codes import service as codes
from services.registry.codes.sources import code_files


def exists(cluster: Cluster) -> bool:
    """Say whether the database of the installation has been made."""
    return asyncio.run(_is_there(cluster.url()))


async def _is_there(admin_url: str) -> bool:
    connection = await asyncpg.connect(admin_url)
    try:
        return bool(await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE))
    finally:
        await connection.close()


def drop(cluster: Cluster, name: str = DATABASE) -> None:
    """Remove a database with all its data, by default that of the installation."""
    asyncio.run(_execute(cluster.url(), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def exchange(cluster: Cluster, *, new: str, former: str, passwords: Mapping[str, str]) -> None:
    """Put the database `new` in the place of the one of the installation, which is called `former` from then on.

    The roles get these passwords with it, in one transaction. Where the installation has no database, there is no
    former one. Where there is no `new` one, the installation has none afterwards.
    """
    asyncio.run(_exchange(cluster.url(), {DATABASE: former, new: DATABASE}, passwords))


async def _exchange(admin_url: str, renamed: Mapping[str, str], passwords: Mapping[str, str]) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        async with connection.transaction():
            for name, other in renamed.items():
                if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                    # A database is renamed only while no one uses it.
                    others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1"
                    await connection.execute(others, name)
                    await connection.execute(f"ALTER DATABASE {name} RENAME TO {other}")
            await bootstrap.set_passwords(connection, passwords)
    finally:
        await connection.close()


async def _execute(admin_url: str, statement: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def bring_up_to_date(installation: Installation, cluster: Cluster, keys: Keys, *, tell: Tell) -> None:
    """Make the missing parts of database, roles, schemas, tables and code lists.

    A current installation costs three connections. Raises: CannotRun, and changes nothing, when another history of
    revisions made the tables.
    """
    made = asyncio.run(bootstrap.make_database(cluster.url(), DATABASE))
    late = _late_services(cluster, DATABASE, place=str(installation.folder), anew="with another folder (--data)")
    if keys.made or late or not asyncio.run(_have_audits(cluster.url(DATABASE))):
        asyncio.run(bootstrap.make_schemas(cluster.url(DATABASE), keys.passwords))
    for service in late:
        tell(f"Bringing the tables of {service} up to date.")
        migrations.upgrade(service, database_url(cluster, keys, service))
    # A revision may have emptied the tables of the codes.
    afresh = made or "registry" in late
    _refresh_codes(installation, database_url(cluster, keys, "registry"), tell=tell, afresh=afresh)


def finish(cluster: Cluster, name: str, keys: Keys, *, place: str, anew: str, tell: Tell) -> None:
    """Bring the tables and the code lists of another database up to date.

    Raises: CannotRun, when another history of revisions made its tables.
    """
    for service in _late_services(cluster, name, place=place, anew=anew):
        tell(f"Bringing the tables of {service} up to date.")
        migrations.upgrade(service, database_url(cluster, keys, service, name=name))
    asyncio.run(load_codes(database_url(cluster, keys, "registry", name=name)))


def require_known(cluster: Cluster, name: str, *, place: str, anew: str) -> None:
    """Raise CannotRun when another history of revisions made tables in the database of that name."""
    _late_services(cluster, name, place=place, anew=anew)


def _late_services(cluster: Cluster, name: str, *, place: str, anew: str) -> list[str]:
    revisions = asyncio.run(_revisions_of(cluster.url(name)))
    late = {service: revision for service, revision in revisions.items() if revision != migrations.head_of(service)}
    for service, revision in late.items():
        _require_known(service, revision, place=place, anew=anew)
    return list(late)


def _require_known(service: str, revision: str | None, *, place: str, anew: str) -> None:
    try:
        migrations.require_known(service, revision, place=place, anew=anew)
    except migrations.UnknownRevision as failure:
        raise CannotRun(f"{failure}.") from failure


async def _revisions_of(admin_url: str) -> dict[str, str | None]:
    connection = await asyncpg.connect(admin_url)
    try:
        return {service: await _revision_of(connection, service) for service in STORING_SERVICES}
    finally:
        await connection.close()


async def _have_audits(admin_url: str) -> bool:
    """Say whether the audit of every service has the tables of this version."""
    connection = await asyncpg.connect(admin_url)
    try:
        return {await audit_version(connection, service) for service in STORING_SERVICES} == {AUDIT_VERSION}
    finally:
        await connection.close()


async def _revision_of(connection: asyncpg.Connection, service: str) -> str | None:
    table = f"{service}.alembic_version"
    if await connection.fetchval("SELECT to_regclass($1)", table) is None:
        return None
    found = await connection.fetchval(f"SELECT string_agg(version_num, ', ') FROM {table}")  # noqa: S608  The name of a schema of Vipu.
    return str(found) if found else None


def _refresh_codes(installation: Installation, registry_url: str, *, tell: Tell, afresh: bool) -> None:
    marker, digest = _codes_marker(installation), codes_digest(code_files())
    if not afresh and marker.exists() and marker.read_text() == digest:
        return
    tell("Loading the code lists: areas, authorities, themes.")
    asyncio.run(load_codes(registry_url))
    marker.write_text(digest)


def remember_codes(installation: Installation) -> None:
    """Note that the database has the present code lists. Where this cannot be noted, the next start loads them."""
    _codes_marker(installation).unlink(missing_ok=True)
    with suppress(OSError):
        _codes_marker(installation).write_text(codes_digest(code_files()))


def _codes_marker(installation: Installation) -> Path:
    return installation.folder / "codes"


def codes_digest(files: Iterable[Path]) -> str:
    """Return a digest of the files of the code lists."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


async def load_codes(registry_url: str) -> None:
    """Bring the code lists of the registry to the state of their files. Repeatable."""
    database = Database(registry_url, schema="registry", pool_size=1)
    try:
        async with database.long_transaction() as session:
            await codes.load_code_lists(session)
    finally:
        await database.close()


def migrate(urls: Mapping[str, str], *, admin_url: str | None, passwords: Mapping[str, str], tell: Tell) -> None:
    """Bring each service's schema to head, and the code lists with it; with `admin_url` roles and schemas first.

    Raises: CannotRun, and changes nothing, when another history of revisions made the tables of a service; CannotRun
    when the audit of a service has to be made, which needs `admin_url`.
    """
    for service, url in urls.items():
        # The role of the service may not exist yet.
        asyncio.run(_require_known_in(service, admin_url or url))
    if admin_url:
        tell("Making roles and schemas.")
        asyncio.run(bootstrap.make_schemas(admin_url, passwords))
    for service, url in urls.items():
        tell(f"Migrating {service}.")
        migrations.upgrade(service, url)
        asyncio.run(_require_audit(service, url))
    if "registry" in urls:
        tell("Loading the code lists.")
        asyncio.run(load_codes(urls["registry"]))


async def _require_audit(service: str, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        version = await audit_version(connection, service)
    finally:
        await connection.close()
    if version != AUDIT_VERSION:
        message = f"The audit of {service} has no tables of this version: run this with VIPU_ADMIN_DATABASE_URL."
        raise CannotRun(message)


async def _require_known_in(service: str, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        revision = await _revision_of(connection, service)
    finally:
        await connection.close()
    place = migrations.place_of(database_url)
    _require_known(service, revision, place=place, anew=migrations.ANEW_IN_DATABASE)
