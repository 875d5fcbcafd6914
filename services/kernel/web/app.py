"""The application of a service: its routers with problem documents, health routes, metrics and access checks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute, iter_route_contexts
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.middleware.cors import CORSMiddleware

from services.contracts.words import Phrase
from services.kernel.audit.declarations import declares_audit
from services.kernel.audit.router import audit_router
from services.kernel.audit.terms import PERSONAL_SCOPES
from services.kernel.background import outbox
from services.kernel.background.messages import CloudEvents
from services.kernel.data.db import Transaction
from services.kernel.data.migrations import is_at_head, require_head
from services.kernel.lists.dependency import open_personal_lists
from services.kernel.openapi import document, information
from services.kernel.runtime import Core, Runtime, Service
from services.kernel.security.auth import Anyone, MessagesWrite
from services.kernel.web import problems
from services.kernel.web.errors import Unavailable, UnknownMessage
from services.kernel.web.middleware import (
    BodySizeLimitMiddleware,
    ProblemDetailsMiddleware,
    RequestTelemetry,
    UnhandledErrorMiddleware,
)
from services.kernel.web.misdirection import AddressedServiceMiddleware
from services.kernel.web.routing import declared_access, dependants, new_router
from services.kernel.web.unfinished import DeadlineMiddleware, DisconnectMiddleware

EXPOSED_HEADERS = [
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "Idempotency-Replayed",
    "X-Request-Id",
]


log = structlog.get_logger()

# A proxy waits for 60 s.
_ANSWER_SECONDS: Final = 50.0
# At its end a service finishes the work that has begun, and closes its connections. PostgreSQL may not answer.
_END_SECONDS: Final = 5


class UndeclaredRoute(Exception):
    """A route declares neither the scopes that it needs nor that it is public."""


class UnauditedRoute(Exception):
    """A route that meets data of persons declares neither what the audit records of it nor why nothing is recorded."""


def create_app(service: Service, core: Core) -> FastAPI:
    """Build the ASGI application of the service.

    Its start raises SchemaNotAtHead unless the service's schema is at the head of its history.
    Raises: UndeclaredRoute, UnauditedRoute.
    """
    app = FastAPI(
        title=service.title,
        description=service.description,
        version=information.VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        # A redirect would repeat the host of the request, which the caller chooses.
        redirect_slashes=False,
        lifespan=_started_at_head(service),
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.runtime = core
    app.state.service = service
    app.state.metrics = CollectorRegistry()
    for router in (*service.routers, *_kernel_routers(service), _health_router(service)):
        app.include_router(router)
    refuse_undeclared_routes(app)
    refuse_unaudited_routes(app)
    problems.install(app)
    document.install(app, service.name)
    _add_middleware(app, service, core)
    return app


def _add_middleware(app: FastAPI, service: Service, core: Core) -> None:
    """Add the middleware, the innermost first.

    In this order every failure is answered as a problem document, has CORS headers and is counted.
    """
    app.add_middleware(
        BodySizeLimitMiddleware, file_bytes=core.settings.max_body_bytes, parsed_bytes=core.settings.max_json_bytes
    )
    app.add_middleware(UnhandledErrorMiddleware)
    app.add_middleware(DeadlineMiddleware, seconds=_ANSWER_SECONDS)
    app.add_middleware(AddressedServiceMiddleware, service=service.name)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=core.settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=EXPOSED_HEADERS,
        max_age=600,
    )
    app.add_middleware(ProblemDetailsMiddleware)
    app.add_middleware(DisconnectMiddleware)
    app.add_middleware(RequestTelemetry, metrics=app.state.metrics)


def _started_at_head(service: Service) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        core: Core = app.state.runtime
        if isinstance(core, Runtime):
            try:
                await require_head(service.name, core.database)
            except BaseException:
                # A refused start leaves no connection open.
                await core.database.close()
                raise
            yield
            try:
                async with asyncio.timeout(_END_SECONDS):
                    for finish in core.finishing:
                        await finish()
                    await core.database.close()
            except TimeoutError:
                log.exception("service.end_cut", seconds=_END_SECONDS)
        else:
            yield

    return lifespan


def refuse_undeclared_routes(app: FastAPI) -> None:
    """Check that every route declares its access. Raises UndeclaredRoute."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and declared_access(route.dependant) is None:
            raise UndeclaredRoute(f"{sorted(route.methods or [])} {route.path} declares neither a scope nor Anyone")


def refuse_unaudited_routes(app: FastAPI) -> None:
    """Check that every route that meets data of persons declares its audit. Raises UnauditedRoute."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and _is_personal(route) and not declares_audit(route.endpoint):
            raise UnauditedRoute(f"{sorted(route.methods or [])} {route.path} declares neither `audited` nor why not")


def _is_personal(route: APIRoute) -> bool:
    access = declared_access(route.dependant)
    needs_scope = access is not None and not PERSONAL_SCOPES.isdisjoint(access.scopes)
    return needs_scope or any(node.call is open_personal_lists for node in dependants(route.dependant))


def _kernel_routers(service: Service) -> list[APIRouter]:
    return [_messages_router(service), *([] if service.metadata is None else [audit_router(service.name)])]


def _messages_router(service: Service) -> APIRouter:
    router = new_router("messages", tag="messages")
    if not service.subscribes:
        return router

    @router.post(
        "",
        status_code=202,
        name="receive_messages",
        summary="Receive messages from another service",
        responses=document.problems(UnknownMessage),
    )
    async def receive_messages(body: CloudEvents, principal: MessagesWrite, session: Transaction) -> None:
        """Let each message take effect once, and all of them or none.

        A message of a kind without a receiver is refused, so that the sender keeps it.
        """
        await outbox.receive(session, body.messages, service.subscribes)

    return router


def _health_router(service: Service) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def alive(principal: Anyone) -> dict[str, str]:
        return {"status": "alive", "service": service.name}

    @router.get("/readyz")
    async def ready(request: Request, principal: Anyone) -> dict[str, str]:
        core: Core = request.app.state.runtime
        if isinstance(core, Runtime) and not await is_at_head(service.name, core.database):
            raise Unavailable(Phrase("details.schema-not-at-head"), headers={"Retry-After": "5"})
        return {"status": "ready", "service": service.name}

    @router.get("/metrics")
    async def metrics(request: Request, principal: Anyone) -> PlainTextResponse:
        return PlainTextResponse(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)

    return router
