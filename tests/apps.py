"""The four applications for each test: routes are built once, state is fresh, connection pools are borrowed."""

import copy
import dataclasses
import gc
import time
from collections.abc import Mapping
from functools import cache

import httpx
from fastapi import FastAPI
from starlette.datastructures import State

from services.contracts.services import STORING_SERVICES
from services.gateway.settings import GatewaySettings
from services.gateway.upstreams.clients import Clients
from services.kernel.data.db import Database
from services.kernel.http import InProcessTransport
from services.kernel.runtime import Core, Runtime, build_core
from services.kernel.security.revocations import Revocations
from services.kernel.settings import CoreSettings, ServiceSettings
from services.runner.services import AllSettings, Applications, build_applications


@cache
def _built() -> list[Mapping[str, FastAPI]]:
    return []


def build_once(settings: AllSettings) -> Mapping[str, FastAPI]:
    """Build the applications at the first call of this process; later calls return the same ones.

    Only the middleware keeps something of the settings: the origins and the greatest sizes of bodies.
    """
    if not _built():
        apps = build_applications(settings).apps
        for app in apps.values():
            app.openapi()
            app.middleware_stack = app.build_middleware_stack()
        _built().append(apps)
        # What stays to the end is left out of every later search for garbage, which some test would pay for.
        gc.collect()
        gc.freeze()
    return _built()[0]


def open_databases(settings: AllSettings) -> dict[str, Database]:
    """Make the connection pools of the storing services. They connect when they are used."""
    return {name: _open_database(name, settings) for name in STORING_SERVICES}


def _open_database(name: str, settings: AllSettings) -> Database:
    own = settings[name]
    assert isinstance(own, ServiceSettings)
    return Database(own.database_url.get_secret_value(), schema=name, pool_size=own.pool_size)


def apps_over(databases: Mapping[str, Database], settings: AllSettings) -> Applications:
    """Make applications with state of their own over these pools, as another process would have.

    The caller awaits `finish` at the end, which closes the client.
    """
    transport = InProcessTransport()
    client = httpx.AsyncClient(transport=transport, follow_redirects=False)
    apps = {}
    for name, built in build_once(settings).items():
        apps[name] = app = copy.copy(built)
        app.state = State({"service": built.state.service, "metrics": built.state.metrics})
        if name in STORING_SERVICES:
            app.state.runtime = _runtime(name, settings[name], client, databases[name])
        else:
            gateway = settings[name]
            assert isinstance(gateway, GatewaySettings)
            app.state.runtime = build_core(name, gateway, client)
            app.state.clients = Clients(gateway, client)
        transport.add(f"{name}.vipu", app)
    return Applications(apps, client)


def _runtime(name: str, settings: CoreSettings, client: httpx.AsyncClient, database: Database) -> Runtime:
    # As in a service that has just read them. Otherwise some request of each test would send one statement more.
    core = build_core(name, settings, client, revocations=Revocations(database, read_at=time.monotonic()))
    parts = {field.name: getattr(core, field.name) for field in dataclasses.fields(Core)}
    return Runtime(**parts, database=database)


async def finish(applications: Applications) -> None:
    """Do what a service does when it ends, but for closing its pools: they belong to the test process."""
    for name in STORING_SERVICES:
        for end in applications.runtime(name).finishing:
            await end()
    await applications.client.aclose()
