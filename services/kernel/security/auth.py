"""Authorisation: the caller of a request, with its scopes and roles, and the access that each route declares."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request

from services.contracts.roles import Grant, Role, Scope, coordinations_of, holds_everywhere
from services.kernel.web.errors import Forbidden, Unauthenticated


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of a request.

    The subject names one person or one client. It says who did something; what the caller may do is in the grants.
    """

    subject: str
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    grants: tuple[Grant, ...] = ()

    def has(self, scope: Scope) -> bool:
        """Say whether the token has the scope."""
        return scope in self.scopes

    def is_anonymous(self) -> bool:
        """Say whether the request has no token."""
        return self.subject == ANONYMOUS_SUBJECT

    def is_service(self) -> bool:
        """Say whether the caller is a service of Vipu, which keeps copies of what others store."""
        return any(grant.role is Role.service for grant in self.grants)

    def grants_key(self) -> str:
        """Return the roles and places of the grants as one text, the same for the same grants in any order."""
        return " ".join(sorted({f"{grant.role}@{grant.place()}" for grant in self.grants}))

    def everywhere(self, *roles: Role) -> bool:
        """Say whether one of the roles is held without limit, as admins and services hold every role."""
        return holds_everywhere(self.grants, roles)

    def coordinations(self, *roles: Role) -> frozenset[UUID]:
        """Return the coordination projects in which one of the roles is held."""
        return coordinations_of(self.grants, roles)

    def projects(self, *roles: Role) -> frozenset[UUID]:
        """Return the projects in which one of the roles is held."""
        return frozenset(g.project_id for g in self.grants if g.role in roles and g.project_id is not None)

    def events(self, *roles: Role) -> frozenset[UUID]:
        """Return the events at which one of the roles is held."""
        return frozenset(g.event_id for g in self.grants if g.role in roles and g.event_id is not None)


ANONYMOUS_SUBJECT: Final = "anonymous"
ANONYMOUS: Final = Principal(subject=ANONYMOUS_SUBJECT)


async def current_principal(request: Request) -> Principal:
    """Return the principal of the request's token, or the anonymous one. Raises Unauthenticated for a bad token."""
    header = request.headers.get("authorization")
    if header is None:
        return ANONYMOUS
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
    principal: Principal = await request.app.state.runtime.verifier.principal(token)
    return principal


Caller = Annotated[Principal, Depends(current_principal)]


class Access:
    """A route's declaration of who may call it: callers with all the scopes, or everyone where there are none."""

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = scopes

    async def __call__(self, caller: Caller) -> Principal:
        """Check the caller's scopes. Raises: Unauthenticated, Forbidden."""
        if not self.scopes:
            return caller
        if caller.is_anonymous():
            raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
        if not all(caller.has(scope) for scope in self.scopes):
            raise Forbidden(members={"missing_scopes": " ".join(s for s in self.scopes if not caller.has(s))})
        return caller


def needs(*scopes: Scope) -> Access:
    """Declare, for `Depends`, that the caller must hold all the scopes."""
    if not scopes:
        raise TypeError("a route that needs no scope says `Anyone`")
    return Access(*scopes)


# The declaration of a public route. The principal may have signed in.
Anyone = Annotated[Principal, Depends(Access())]
RegistryRead = Annotated[Principal, Depends(needs(Scope.registry_read))]
RegistryWrite = Annotated[Principal, Depends(needs(Scope.registry_write))]
EventsRead = Annotated[Principal, Depends(needs(Scope.events_read))]
EventsWrite = Annotated[Principal, Depends(needs(Scope.events_write))]
RegistrationsRead = Annotated[Principal, Depends(needs(Scope.registrations_read))]
RegistrationsWrite = Annotated[Principal, Depends(needs(Scope.registrations_write))]
AttendanceWrite = Annotated[Principal, Depends(needs(Scope.attendance_write))]
FeedbackRead = Annotated[Principal, Depends(needs(Scope.feedback_read))]
FeedbackWrite = Annotated[Principal, Depends(needs(Scope.feedback_write))]
DashboardRead = Annotated[Principal, Depends(needs(Scope.dashboard_read))]
PartnersAdmin = Annotated[Principal, Depends(needs(Scope.partners_admin))]
AuditRead = Annotated[Principal, Depends(needs(Scope.audit_read))]
MessagesWrite = Annotated[Principal, Depends(needs(Scope.messages_write))]

TokenSource = Callable[[], Awaitable[str]]
