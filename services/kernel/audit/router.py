"""The route of the audit, which every service with a database has."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.kernel.lists.dependency import PersonalLists
from services.kernel.lists.pages import Page
from services.kernel.security.auth import AuditRead
from services.kernel.web.routing import new_router

from . import queries
from .declarations import audited
from .schemas import AuditEntryRead, AuditQuery
from .terms import AuditAction


def audit_router(service: str) -> APIRouter:
    """Make the router of the service's audit."""
    router = new_router("audit", tag="audit")

    @router.get("", summary="List the entries of the audit")
    @audited(AuditAction.read, "audit", id_members=())
    async def list_audit_entries(
        query: Annotated[AuditQuery, Query()], principal: AuditRead, lists: PersonalLists
    ) -> Page[AuditEntryRead]:
        """Return who read, changed and took away what, and what was denied, the newest first.

        For a data protection officer or an admin, of all coordination projects or of one. To find what concerns a
        person, filter by the id of the registration (`concerns`). Reading the audit is recorded in it.
        """
        return await lists.page(queries.listing(service, principal, query), query)

    return router
