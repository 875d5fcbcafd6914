"""The registry service: its packages put together."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from services.kernel.background.periodic_tasks import common_periodic_tasks
from services.kernel.runtime import Runtime, Service, build_runtime
from services.kernel.security.messages import PrincipalRevoked
from services.kernel.web.app import create_app
from services.registry.codes.router import router as codes
from services.registry.db import Base
from services.registry.imports.jobs import HANDLERS as IMPORT_HANDLERS
from services.registry.imports.router import router as imports
from services.registry.indexing import periodic_tasks as indexing
from services.registry.links.router import router as links
from services.registry.measures.router import router as measures
from services.registry.merges.router import router as merges
from services.registry.network.router import router as network
from services.registry.oauth.router import router as tokens
from services.registry.organisations.router import router as organisations
from services.registry.partners.router import router as partners
from services.registry.projects.router import router as projects
from services.registry.relations.router import router as relations
from services.registry.revisions.router import router as revisions
from services.registry.search.dictionary import IN_USE
from services.registry.search.router import router as search
from services.registry.settings import RegistrySettings
from services.registry.spellings.router import router as spellings
from services.registry.statements.router import router as statements
from services.registry.summary.router import router as summary


def subscribers(runtime: Runtime) -> Mapping[str, tuple[str, ...]]:
    """Return the kinds of messages by the address of the service that receives them.

    Events copies the register, and both services keep the revocations.
    """
    changes = {
        "project": ("created", "changed", "removed"),
        "organisation": ("created", "changed", "removed"),
        "spelling": ("decided", "withdrawn"),
    }
    kinds = tuple(f"vipu.{noun}.{change}.v1" for noun, made in changes.items() for change in made)
    revoked = (PrincipalRevoked.kind,)
    return {runtime.settings.events_url: (*kinds, *revoked), runtime.settings.feedback_url: revoked}


SERVICE = Service(
    name="registry",
    title="Vipu registry",
    description="Programmes, projects, organisations and the relations between them.",
    routers=[
        codes,
        organisations,
        merges,
        spellings,
        projects,
        revisions,
        relations,
        statements,
        links,
        partners,
        tokens,
        search,
        imports,
        measures,
        summary,
        network,
    ],
    metadata=Base.metadata,
    handlers=IMPORT_HANDLERS,
    periodic_tasks=(*common_periodic_tasks(subscribers), *indexing.TASKS),
)


def build_app(settings: RegistrySettings, client: httpx.AsyncClient) -> FastAPI:
    """Return the service as an application. The caller closes the client."""
    IN_USE.use(settings.dictionary_folder)
    return create_app(SERVICE, build_runtime(SERVICE.name, settings, client))
