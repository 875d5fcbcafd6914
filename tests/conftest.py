"""The fixtures of all tests: PostgreSQL, an empty database, the four applications over it and their clients.

Pools, applications and code lists live as long as the test process; state in memory and rows as long as a test.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.contracts.roles import Grant, Scope
from services.contracts.services import STORING_SERVICES
from services.installation.addresses import INNER
from services.kernel import log
from services.kernel.audit.recorder import Recorder
from services.kernel.runtime import Core, Runtime
from services.kernel.security.tokens import new_signing_key
from services.kernel.settings import CoreSettings
from services.postgres import Cluster, running_cluster
from services.postgres.binaries import find_binaries
from services.registry.search.dictionary import IN_USE
from services.runner.services import SERVICES, AllSettings, Applications, ServiceEntry
from tests.apps import apps_over, build_once, finish
from tests.client import ApiClient
from tests.coordinations import ANNOUNCED, COORDINATION, ELSEWHERE
from tests.databases import DICTIONARIES, TestDatabase, copied_database, make_dictionary, make_template, service_url
from tests.statements import recorded_statements
from tests.survey_keys import KeyStock

pytest_plugins = ["tests.cpu_time", "tests.network_guard"]
# A slow test may start a whole installation with its demonstration, on a busy machine and with its coverage counted.
SLOW_TIMEOUT_SECONDS = 400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give slow tests more time than the others."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(SLOW_TIMEOUT_SECONDS))


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """A folder that all test workers share, and later runs too: a cluster is made once for each version of PostgreSQL.

    It lies outside pytest's own folders, which the database's user may not enter.
    """
    folder = Path(tempfile.gettempdir()) / f"vipu-tests-{os.getuid()}-{find_binaries(None).major}"
    folder.mkdir(exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        pytest.exit(f"{folder} belongs to another user")
    return folder


@pytest.fixture(scope="session")
def cluster(shared_folder: Path) -> Iterator[Cluster]:
    """One PostgreSQL for all workers, without durability."""
    with running_cluster(shared_folder, durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def template(cluster: Cluster, shared_folder: Path) -> str:
    """The name of a migrated database with the code lists in it, which tests copy."""
    return make_template(cluster, shared_folder)


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
def survey_keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the private keys of this process's surveys."""
    return tmp_path_factory.mktemp("survey-keys")


@pytest.fixture(scope="session")
def survey_keys(survey_keys_folder: Path) -> KeyStock:
    """The keys of this process's surveys."""
    return KeyStock(survey_keys_folder)


@pytest.fixture(scope="session")
def settings_of(
    cluster: Cluster, signing_key: str, shared_folder: Path, survey_keys_folder: Path
) -> Callable[[str], AllSettings]:
    """`settings_of(database_name)`: the settings of all services over this database."""
    make_dictionary(shared_folder)
    shared: dict[str, object] = {
        "environment": "development",
        "signing_key": signing_key,
        **{f"{name}_url": INNER[name] for name in STORING_SERVICES},
        "public_url": "http://vipu.test",
        "public_rate": "100000/minute",
        "cors_origins": ["https://spa.example"],
    }
    own: dict[str, dict[str, object]] = {
        "registry": {"dictionary_folder": shared_folder / DICTIONARIES},
        "events": {
            "mail_transport": "mailbox",
            "feedback_after_minutes": 0,
            "news_after_minutes": 0,
            "answer_step_ms": 0,
        },
        "feedback": {"survey_keys": survey_keys_folder},
        # A busy machine must not make a whole service look like a slow one.
        "dashboard": {"upstream_seconds": 10, "deadline_seconds": 30},
    }

    def settings_over(database: str, service: ServiceEntry) -> CoreSettings:
        url = {"database_url": service_url(cluster, database, service.name)} if service.has_store else {}
        return service.settings.model_validate({**shared, **own.get(service.name, {}), **url})

    return lambda database: {service.name: settings_over(database, service) for service in SERVICES}


@pytest_asyncio.fixture(scope="session")
async def worker_database(
    cluster: Cluster, template: str, settings_of: Callable[[str], AllSettings]
) -> AsyncIterator[TestDatabase]:
    """The database, pools and administrator's connection that all tests of this process share."""
    async with copied_database(cluster, template, settings_of) as copied:
        build_once(copied.settings)
        assert IN_USE.current() is not None
        reference = await copied.reference_digest()
        yield copied
        assert await copied.reference_digest() == reference, "A test changed the code lists: mark it own_database."


@pytest_asyncio.fixture
async def shared_database(worker_database: TestDatabase) -> AsyncIterator[TestDatabase]:
    """The shared database, empty; what the test leaves running in this process ends with it."""
    before = asyncio.all_tasks()
    yield worker_database
    await _end(asyncio.all_tasks() - before)
    await worker_database.empty()


async def _end(tasks: set[asyncio.Task[object]]) -> None:
    tasks.discard(asyncio.current_task())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def own_database(
    cluster: Cluster, template: str, settings_of: Callable[[str], AllSettings]
) -> AsyncIterator[TestDatabase]:
    """A database for one test alone."""
    async with copied_database(cluster, template, settings_of) as copied:
        yield copied


@pytest.fixture
def database(request: pytest.FixtureRequest) -> TestDatabase:
    """An empty, migrated database that this test may really commit to.

    A test that changes tables, rights or code lists is marked `own_database` and gets a copy of its own.
    """
    own = request.node.get_closest_marker("own_database") is not None
    chosen: TestDatabase = request.getfixturevalue("own_database" if own else "shared_database")
    return chosen


@pytest.fixture
def database_name(database: TestDatabase) -> str:
    """The name of this test's database."""
    return database.name


@pytest.fixture
def all_settings(database: TestDatabase) -> AllSettings:
    """The settings of all services over this test's database, copied for this test."""
    return {service: settings.model_copy() for service, settings in database.settings.items()}


@pytest_asyncio.fixture
async def applications(
    database: TestDatabase, all_settings: AllSettings, survey_keys: KeyStock
) -> AsyncIterator[Applications]:
    """The four applications over this test's database, with keys for surveys. Events knows two coordinations."""
    await survey_keys.fill(database.admin)
    await database.admin.execute(ANNOUNCED, COORDINATION, ELSEWHERE, {"fi": "Koordinaatiohanke"})
    over = apps_over(database.databases, all_settings)
    yield over
    await finish(over)


@pytest.fixture
def change_settings(applications: Applications) -> Callable[..., None]:
    """`change_settings("events", public_rate="1/minute")`: for this test alone."""

    def change(service: str, **facts: object) -> None:
        core: Core = applications.apps[service].state.runtime
        core.settings = core.settings.model_copy(update=facts)

    return change


@pytest.fixture
def client(applications: Applications) -> Callable[..., ApiClient]:
    """`client("registry", Grant(Role.admin))` calls one service with a token; without grants, without a token."""

    def caller(service: str, *grants: Grant, scopes: list[Scope] | None = None, subject: str = "tester") -> ApiClient:
        runtime: Runtime = applications.apps[service].state.runtime
        assert runtime.issuer is not None
        token = runtime.issuer.mint(subject, grants, scopes=scopes) if grants else None
        return ApiClient(applications.client, f"http://{service}.vipu", token, app=applications.apps[service])

    return caller


@pytest.fixture
def fresh_recorders(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit's writers as of processes that have just started: they count the unknown callers of each minute."""
    for service, kept in database.databases.items():
        monkeypatch.setattr(kept, "recorder", Recorder(kept.auditor, service))


@pytest.fixture
def superuser(database: TestDatabase) -> asyncpg.Connection:
    """A superuser's connection to this test's database; what a test sets on it is reset."""
    return database.admin


@pytest.fixture
def statements(database: TestDatabase) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with statements() as sent:` collects the statements that the services send to PostgreSQL."""
    return lambda: recorded_statements(database.engines())


@pytest.fixture
def outbox_kinds(superuser: asyncpg.Connection) -> Callable[[str], object]:
    """`await outbox_kinds("events")`: the kinds announced so far, in order."""

    async def kinds(service: str) -> list[str]:
        return [row["kind"] for row in await superuser.fetch(f"SELECT kind FROM {service}.outbox ORDER BY position")]

    return kinds
