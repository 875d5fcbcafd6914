"""The runtime of a service: its settings, database, keys and clients. Tests replace it as a whole."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from fastapi import APIRouter
from sqlalchemy import MetaData

from services.kernel.background.jobs import Payload
from services.kernel.background.outbox import Receiver
from services.kernel.data.db import Database
from services.kernel.lists.pages import Cursors
from services.kernel.security.revocations import Revocations
from services.kernel.security.tokens import Issuer, ServiceTokens, TokenVerifier
from services.kernel.settings import CoreSettings, ServiceSettings

Handler = Callable[["Runtime", Payload], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """Work that is repeated at an interval, by one worker at a time."""

    name: str
    every: timedelta
    run: Callable[["Runtime"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Service:
    """The description of a service: its routes, jobs, periodic tasks, message receivers and tables.

    `handlers` maps job kinds to functions, `subscribes` message kinds to receivers. A service without `metadata` has
    no database.
    """

    name: str
    title: str
    description: str
    routers: Sequence[APIRouter]
    metadata: MetaData | None = None
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    periodic_tasks: Sequence[PeriodicTask] = ()
    subscribes: Mapping[str, Receiver] = field(default_factory=dict)


@dataclass(slots=True)
class Core:
    """The parts that every running service has."""

    settings: CoreSettings
    verifier: TokenVerifier
    issuer: Issuer | None
    token: ServiceTokens
    client: httpx.AsyncClient
    cursors: Cursors


@dataclass(slots=True)
class Runtime(Core):
    """The parts of a service that has a database."""

    settings: ServiceSettings
    database: Database
    # Awaited when the service ends and before its connections close, so that work that has begun is finished.
    finishing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


def build_core(
    service: str, settings: CoreSettings, client: httpx.AsyncClient, *, revocations: Revocations | None = None
) -> Core:
    """Build the keys and clients of a service from its settings. Opens no connection; the caller closes `client`."""
    key = settings.signing_key.get_secret_value() if settings.signing_key else None
    issuer = Issuer(key, issuer=settings.issuer) if key else None
    verifier = TokenVerifier(
        issuer=settings.issuer,
        keys=issuer,
        jwks_url=settings.jwks_url,
        client=None if issuer else client,
        revocations=revocations,
    )
    token = ServiceTokens(
        service,
        issuer=issuer,
        client=client,
        token_url=settings.token_url,
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
    )
    cursors = Cursors(settings.cursor_key.get_secret_value())
    return Core(settings=settings, verifier=verifier, issuer=issuer, token=token, client=client, cursors=cursors)


def build_runtime(service: str, settings: ServiceSettings, client: httpx.AsyncClient) -> Runtime:
    """Build the core of a service together with its database."""
    database = Database(settings.database_url.get_secret_value(), schema=service, pool_size=settings.pool_size)
    core = build_core(service, settings, client, revocations=Revocations(database))
    return Runtime(
        settings=settings,
        database=database,
        verifier=core.verifier,
        issuer=core.issuer,
        token=core.token,
        client=core.client,
        cursors=core.cursors,
    )
