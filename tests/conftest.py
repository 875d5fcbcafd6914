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
from services.house.assembly import EVENTS_URL, FEEDBACK_URL, REGISTRY_URL, House, HouseSettings
from services.kernel import bootstrap, log, migrations
from services.kernel.auth import Grant, Scope
from services.kernel.embedded import Cluster, running_cluster
from services.kernel.runtime import Runtime
from services.kernel.tokens import new_signing_key
from services.registry.settings import RegistrySettings
from tests.asking import Asking
from tests.furnishing import furnished_house

PASSWORD = "role-password-of-the-tests"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One test worker at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """A folder that all test workers share, and later runs too: a cluster is made once.

    It lies outside pytest's own folders, which the database's user may not enter.
    """
    folder = Path(tempfile.gettempdir()) / f"vipu-tests-{os.getuid()}"
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


@pytest.fixture(scope="session", autouse=True)
def quiet_log() -> None:
    """Lines as the product writes them, and only the bad ones: a pretty trace takes seconds."""
    log.configure(level="WARNING")


@pytest.fixture(scope="session")
def signing_key() -> str:
    """The issuer's key of this run."""
    return new_signing_key()


@pytest_asyncio.fixture
async def database_name(cluster: Cluster, template: str) -> AsyncIterator[str]:
    """A copy of the template that this test may really commit to."""
    name = f"vipu_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(cluster.url("postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield name
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
def house_settings(cluster: Cluster, database_name: str, signing_key: str) -> HouseSettings:
    """The settings of the four services over this test's database."""
    shared: dict[str, object] = {
        "environment": "development",
        "signing_key": signing_key,
        "registry_url": REGISTRY_URL,
        "events_url": EVENTS_URL,
        "feedback_url": FEEDBACK_URL,
        "public_url": "http://vipu.test",
        "public_rate": "100000/minute",
        "cors_origins": ["https://spa.example"],
    }
    mails: dict[str, object] = {"mail_transport": "mailbox", "feedback_after_minutes": 0}

    def url(service: str) -> str:
        return service_url(cluster, database_name, service)

    return HouseSettings(
        registry=RegistrySettings.model_validate({**shared, "database_url": url("registry")}),
        events=EventsSettings.model_validate({**shared, **mails, "database_url": url("events")}),
        feedback=FeedbackSettings.model_validate({**shared, "database_url": url("feedback")}),
        gateway=GatewaySettings.model_validate(shared),
    )


@pytest_asyncio.fixture
async def house(house_settings: HouseSettings) -> AsyncIterator[House]:
    """The four applications over this test's database."""
    furnished = furnished_house(house_settings)
    async with furnished.open():
        yield furnished


@pytest.fixture
def asking(house: House) -> Callable[..., Asking]:
    """`asking("registry", Grant(Role.admin))` asks one service as somebody; without grants as nobody."""

    def ask_as(service: str, *grants: Grant, scopes: list[Scope] | None = None, subject: str = "tester") -> Asking:
        runtime: Runtime = house.apps[service].state.runtime
        assert runtime.issuer is not None
        token = runtime.issuer.mint(subject, grants, scopes=scopes) if grants else None
        return Asking(house.client, f"http://{service}.vipu", token)

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
