"""The tests' ground: a real PostgreSQL, a migrated template, a fresh copy of it and the whole house for each test."""

import asyncio
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.events.settings import EventsSettings
from services.feedback.settings import FeedbackSettings
from services.gateway.settings import GatewaySettings
from services.installation.addresses import INNER
from services.kernel import log
from services.kernel.data import bootstrap, migrations
from services.kernel.runtime import Runtime
from services.kernel.security.auth import Grant, Scope
from services.kernel.security.tokens import new_signing_key
from services.postgres import Cluster, running_cluster
from services.postgres.binaries import find_binaries
from services.registry.settings import RegistrySettings
from services.runner.services import AllSettings, Applications
from tests.apps import furnished_house
from tests.client import ApiClient

PASSWORD = "role-password-of-the-tests"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One test worker at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """A folder that all test workers share, and later runs too: a cluster is made once for each version of PostgreSQL.

    It lies outside pytest's own folders, which the database's user may not enter.
    """
    folder = Path(tempfile.gettempdir()) / f"vipu-tests-{os.getuid()}-{find_binaries(None).major}"
    folder.mkdir(exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        pytest.exit(f"{folder} belongs to somebody else")
    return folder


@pytest.fixture(scope="session")
def cluster(shared_folder: Path) -> Iterator[Cluster]:
    """One PostgreSQL for all workers, without durability."""
    with running_cluster(shared_folder, durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def template(cluster: Cluster, shared_folder: Path) -> str:
    """The name of a migrated database that tests copy; a changed migration makes another one."""
    name = f"vipu_template_{_migrations_digest()}"
    with locked(shared_folder / "template.lock"):
        made = shared_folder / f"{name}.made"
        if not made.exists():
            asyncio.run(_make_template(cluster, name))
            for service in migrations.STORING_SERVICES:
                migrations.upgrade(service, service_url(cluster, name, service))
            made.touch()
    return name


def _migrations_digest() -> str:
    files = sorted([*migrations.MIGRATIONS.rglob("*.py"), *Path(bootstrap.__file__).parent.glob("*.py")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


async def _make_template(cluster: Cluster, name: str) -> None:
    admin = await asyncpg.connect(cluster.url("postgres"))
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.close()
    await bootstrap.make_database(cluster.url("postgres"), name)
    await bootstrap.make_schemas(cluster.url(name), dict.fromkeys(migrations.STORING_SERVICES, PASSWORD))


def service_url(cluster: Cluster, database: str, service: str) -> str:
    """The address a service reaches its schema at, as its own role."""
    return cluster.url(database, user=bootstrap.role_of(service), password=PASSWORD)


@pytest.fixture(autouse=True)
def quiet_log() -> None:
    """Lines as the product writes them, and only the bad ones, whatever the test before chose."""
    log.configure(level="WARNING")


@pytest.fixture
def talking_log(quiet_log: None) -> None:
    """Every line the product writes, for tests that read them."""
    log.configure(level="INFO")


@pytest.fixture(scope="session")
def signing_key() -> str:
    """The issuer's key of this run."""
    return new_signing_key()


@pytest.fixture(scope="session")
def worker_databases(cluster: Cluster) -> Iterator[list[str]]:
    """The database that all tests of this process share, once one has made it; each finds it empty."""
    made: list[str] = []
    yield made
    for name in made:
        asyncio.run(_drop(cluster, name))


@pytest_asyncio.fixture
async def database_name(
    request: pytest.FixtureRequest, cluster: Cluster, template: str, worker_databases: list[str]
) -> AsyncIterator[str]:
    """An empty, migrated database that this test may really commit to.

    Who changes tables or rights, not only rows, is marked `own_database` and gets a copy of its own.
    """
    shared = request.node.get_closest_marker("own_database") is None
    if shared and worker_databases:
        name = worker_databases[0]
    else:
        name = f"vipu_{uuid4().hex[:12]}"
        await _copy_template(cluster, template, name)
    yield name
    if shared:
        worker_databases[:] = [name]
        await _empty(cluster, name)
    else:
        await _drop(cluster, name)


async def _copy_template(cluster: Cluster, template: str, name: str) -> None:
    await _as_admin(cluster.url("postgres"), f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")


async def _drop(cluster: Cluster, name: str) -> None:
    await _as_admin(cluster.url("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


async def _empty(cluster: Cluster, name: str) -> None:
    """End what a test left running, then delete every row: sixty times faster than a new copy."""
    others = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
    )
    admin = await asyncpg.connect(cluster.url(name))
    await admin.execute(others.replace("$1", f"'{name}'"))
    await admin.execute(_DELETE_ALL)
    await admin.close()


_DELETE_ALL = """
SET session_replication_role = replica;
DO $$
DECLARE found regclass;
BEGIN
  FOR found IN
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('registry', 'events', 'feedback') AND c.relname <> 'alembic_version'
  LOOP
    EXECUTE format('DELETE FROM %s', found);
  END LOOP;
END $$;
"""


async def _as_admin(url: str, statement: str) -> None:
    admin = await asyncpg.connect(url)
    await admin.execute(statement)
    await admin.close()


@pytest.fixture
def all_settings(cluster: Cluster, database_name: str, signing_key: str) -> AllSettings:
    """The settings of the four services over this test's database."""
    shared: dict[str, object] = {
        "environment": "development",
        "signing_key": signing_key,
        **{f"{name}_url": INNER[name] for name in ("registry", "events", "feedback")},
        "public_url": "http://vipu.test",
        "public_rate": "100000/minute",
        "cors_origins": ["https://spa.example"],
    }
    mails: dict[str, object] = {"mail_transport": "mailbox", "feedback_after_minutes": 0}

    def url(service: str) -> str:
        return service_url(cluster, database_name, service)

    return AllSettings(
        registry=RegistrySettings.model_validate({**shared, "database_url": url("registry")}),
        events=EventsSettings.model_validate({**shared, **mails, "database_url": url("events")}),
        feedback=FeedbackSettings.model_validate({**shared, "database_url": url("feedback")}),
        # A busy machine must not make a whole service look like a slow one.
        gateway=GatewaySettings.model_validate({**shared, "upstream_seconds": 10, "deadline_seconds": 30}),
    )


@pytest_asyncio.fixture
async def house(all_settings: AllSettings) -> AsyncIterator[Applications]:
    """The four applications over this test's database."""
    furnished = furnished_house(all_settings)
    async with furnished.open():
        yield furnished


@pytest.fixture
def client(house: Applications) -> Callable[..., ApiClient]:
    """`client("registry", Grant(Role.admin))` asks one service as somebody; without grants as nobody."""

    def ask_as(service: str, *grants: Grant, scopes: list[Scope] | None = None, subject: str = "tester") -> ApiClient:
        runtime: Runtime = house.apps[service].state.runtime
        assert runtime.issuer is not None
        token = runtime.issuer.mint(subject, grants, scopes=scopes) if grants else None
        return ApiClient(house.client, f"http://{service}.vipu", token)

    return ask_as


@pytest_asyncio.fixture
async def superuser(cluster: Cluster, database_name: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to this test's database."""
    connection = await asyncpg.connect(cluster.url(database_name))
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def outbox_kinds(superuser: asyncpg.Connection) -> Callable[[str], object]:
    """`await outbox_kinds("events")`: the kinds announced so far, in order."""

    async def kinds(service: str) -> list[str]:
        return [row["kind"] for row in await superuser.fetch(f"SELECT kind FROM {service}.outbox ORDER BY position")]

    return kinds
