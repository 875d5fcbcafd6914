"""The tests' databases: a migrated template, copies of it, and pools and an administrator that outlive a test."""

import asyncio
import fcntl
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from services.contracts.services import STORING_SERVICES
from services.installation.schemas import codes_digest, load_codes
from services.kernel.audit import provisioning
from services.kernel.audit.provisioning import audit_schema_of
from services.kernel.data import bootstrap, migrations
from services.kernel.data.db import Database
from services.postgres import Cluster
from services.registry.codes import sources
from services.registry.codes.sources import code_files
from services.registry.search.dictionary import is_made
from services.registry.search.making import begin_making
from services.runner.services import AllSettings
from tests.apps import open_databases

DICTIONARIES = "dictionaries"
PASSWORD = "role-password-of-the-tests"
# Loaded into the template and kept: they are the same for every test.
REFERENCE_TABLES = ("registry.code_schemes", "registry.codes", "registry.code_parents", "registry.code_links")


# Emptied after each test: those of the services and of their audits.
_SCHEMAS = [*STORING_SERVICES, *(audit_schema_of(service) for service in STORING_SERVICES)]


class ConnectionLeft(Exception):
    """A test ended while something of it still held a pooled connection."""


def service_url(cluster: Cluster, database: str, service: str) -> str:
    """The address a service reaches its schema at, as its own role."""
    return cluster.url(database, user=bootstrap.role_of(service), password=PASSWORD)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one test worker in at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_template(cluster: Cluster, folder: Path) -> str:
    """Make a migrated database with the code lists in it, once for each state of migrations and lists; its name."""
    name = f"vipu_template_{_template_digest()}"
    with locked(folder / "template.lock"):
        made = folder / f"{name}.made"
        if not made.exists():
            asyncio.run(_make_schemas(cluster, name))
            for service in STORING_SERVICES:
                migrations.upgrade(service, service_url(cluster, name, service))
            asyncio.run(load_codes(service_url(cluster, name, "registry")))
            asyncio.run(_as_admin(cluster.url(name), "VACUUM (FREEZE, ANALYZE)"))
            made.touch()
    return name


def make_dictionary(folder: Path) -> None:
    """Make the dictionary of search, once for each release of its library."""
    with locked(folder / "dictionary.lock"):
        if not is_made(folder / DICTIONARIES):
            assert begin_making(folder / DICTIONARIES).wait() == 0


def _template_digest() -> str:
    files = [*migrations.MIGRATIONS.rglob("*.py"), *Path(bootstrap.__file__).parent.glob("*.py")]
    files += [Path(provisioning.__file__)]
    files += Path(sources.__file__).parent.glob("*.py")
    parts = [file.read_bytes() for file in sorted(files)]
    return hashlib.sha256(b"".join([*parts, codes_digest(code_files()).encode()])).hexdigest()[:12]


async def _make_schemas(cluster: Cluster, name: str) -> None:
    await _as_admin(cluster.url("postgres"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await bootstrap.make_database(cluster.url("postgres"), name)
    await bootstrap.make_schemas(cluster.url(name), dict.fromkeys(STORING_SERVICES, PASSWORD))


async def _as_admin(url: str, statement: str) -> None:
    admin = await asyncpg.connect(url)
    await admin.execute(statement)
    await admin.close()


async def connect_admin(cluster: Cluster, name: str) -> asyncpg.Connection:
    """A superuser's connection that reads JSON."""
    admin = await asyncpg.connect(cluster.url(name))
    await admin.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    return admin


@dataclass(slots=True)
class TestDatabase:
    """A database with the pools of the services over it and an administrator's connection."""

    __test__ = False

    name: str
    cluster: Cluster
    settings: AllSettings
    databases: Mapping[str, Database]
    admin: asyncpg.Connection
    # By engine: the server processes behind its open connections.
    _pids: dict[AsyncEngine, set[int]] = field(default_factory=dict)
    _tables: list[str] = field(default_factory=list)

    def engines(self) -> list[AsyncEngine]:
        """The engines of the storing services."""
        return [engine for kept in self.databases.values() for engine in kept.engines]

    def remember_connections(self) -> None:
        """Know from now on which connections are those of the pools."""
        for engine in self.engines():
            pids = self._pids[engine] = set()
            listen(engine.sync_engine, "connect", _adding(pids))
            listen(engine.sync_engine, "close", _removing(pids))

    async def empty(self) -> None:
        """End what a test left running, then delete the rows of those tables that have some.

        A pool that has lost a connection begins anew, so that no later test meets a broken one.
        Raises ConnectionLeft, with everything emptied and the pools whole again.
        """
        if self.admin.is_closed():
            self.admin = await connect_admin(self.cluster, self.name)
        await self.admin.reset()
        used = sum(engine.pool.checkedout() for engine in self._pids if isinstance(engine.pool, QueuePool))
        pooled = [pid for pids in self._pids.values() for pid in pids]
        living = {row["pid"] for row in await self.admin.fetch(_END_OTHERS, [] if used else pooled)}
        for engine, pids in self._pids.items():
            if not pids <= living:
                await engine.dispose()
                pids.clear()
        await self._delete_rows()
        if used:
            raise ConnectionLeft(f"{used} connections were still in use when the test ended")

    async def _delete_rows(self) -> None:
        if not self._tables:
            rows = await self.admin.fetch(_EMPTIED_TABLES, list(REFERENCE_TABLES), _SCHEMAS)
            self._tables = [row["name"] for row in rows]
        having = " UNION ALL ".join(
            f"SELECT '{name}' AS name WHERE EXISTS (SELECT FROM {name})" for name in self._tables
        )
        if dirty := await self.admin.fetch(having):
            deletes = "".join(f"DELETE FROM {row['name']};" for row in dirty)
            # As a replica, PostgreSQL checks no foreign keys: the order of the tables is free.
            await self.admin.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT")

    async def reference_digest(self) -> str:
        """What the code lists say, in short."""
        parts = [
            f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) AS part FROM {name} t" for name in REFERENCE_TABLES
        ]
        return str([row["part"] for row in await self.admin.fetch(" UNION ALL ".join(parts))])

    async def close(self) -> None:
        """Give all connections back."""
        for kept in self.databases.values():
            await kept.close()
        await self.admin.close()


def _union(tables: Iterable[str], select: str) -> str:
    return " UNION ALL ".join(select.format(table) for table in tables)


# With whatever locks they hold: a pool's own connections were rolled back when they came home.
_END_OTHERS = """
WITH others AS MATERIALIZED (
  SELECT pid, pid = ANY ($1) AS pooled FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
)
SELECT pid FROM others WHERE pooled OR NOT pg_terminate_backend(pid, 5000)
"""
_EMPTIED_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = ANY ($2) AND c.relname NOT IN ('alembic_version', 'version')
AND format('%I.%I', n.nspname, c.relname) <> ALL ($1)
ORDER BY 1
"""


def _pid(connection: object, record: ConnectionPoolEntry) -> int:
    if "pid" not in record.info:
        record.info["pid"] = connection.driver_connection.get_server_pid()
    pid: int = record.info["pid"]
    return pid


def _adding(pids: set[int]) -> Callable[[object, ConnectionPoolEntry], None]:
    return lambda connection, record: pids.add(_pid(connection, record))


def _removing(pids: set[int]) -> Callable[[object, ConnectionPoolEntry], None]:
    return lambda connection, record: pids.discard(_pid(connection, record))


@asynccontextmanager
async def copied_database(
    cluster: Cluster, template: str, settings_of: Callable[[str], AllSettings]
) -> AsyncIterator[TestDatabase]:
    """A copy of the template that is dropped at the end, with pools and an administrator."""
    name = f"vipu_{uuid4().hex[:12]}"
    await _as_admin(cluster.url("postgres"), f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    settings = settings_of(name)
    admin = await connect_admin(cluster, name)
    copied = TestDatabase(name, cluster, settings, open_databases(settings), admin)
    copied.remember_connections()
    try:
        yield copied
    finally:
        await copied.close()
        await _as_admin(cluster.url("postgres"), f"DROP DATABASE {name} WITH (FORCE)")
