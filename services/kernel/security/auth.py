"""Who asks and what they may: principals, scopes, roles, and the declaration every route makes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request

from services.kernel.web.errors import Forbidden, Unauthenticated


class Scope(StrEnum):
    """What a token may be used for."""

    registry_read = "registry:read"
    registry_write = "registry:write"
    events_read = "events:read"
    events_write = "events:write"
    registrations_read = "registrations:read"
    registrations_write = "registrations:write"
    attendance_write = "attendance:write"
    feedback_read = "feedback:read"
    feedback_write = "feedback:write"
    feedback_text = "feedback:text"
    dashboard_read = "dashboard:read"
    partners_admin = "partners:admin"
    # Between our own services only: handing over messages and tickets.
    messages_write = "messages:write"


class Role(StrEnum):
    """What a person or machine is, in one coordination, project or event."""

    admin = "admin"
    coordinator = "coordinator"
    project_contact = "project_contact"
    door = "door"
    funder = "funder"
    partner = "partner"
    service = "service"


_READS = frozenset({Scope.registry_read, Scope.events_read, Scope.feedback_read, Scope.dashboard_read})
_WRITES = frozenset({Scope.registry_write, Scope.events_write, Scope.feedback_write})
_PEOPLE = frozenset({Scope.registrations_read, Scope.registrations_write, Scope.attendance_write})

# What a person in a role may be given at the most.
ROLE_SCOPES: Final[dict[Role, frozenset[Scope]]] = {
    Role.admin: frozenset(Scope) - {Scope.messages_write},
    Role.coordinator: _READS | _WRITES | _PEOPLE | {Scope.feedback_text},
    Role.project_contact: _READS | {Scope.registry_write, Scope.feedback_write},
    Role.door: frozenset({Scope.events_read, Scope.attendance_write}),
    Role.funder: _READS,
    Role.partner: frozenset({Scope.registry_read, Scope.events_read, Scope.dashboard_read}),
    Role.service: frozenset(Scope),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and where it holds; all three None means everywhere."""

    role: Role
    coordination_id: UUID | None = None
    project_id: UUID | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. The subject is an opaque id, never a name or an address."""

    subject: str
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    grants: tuple[Grant, ...] = ()

    def has(self, scope: Scope) -> bool:
        """Whether the token carries the scope."""
        return scope in self.scopes

    def is_anonymous(self) -> bool:
        """Whether nobody signed in."""
        return self.subject == ANONYMOUS_SUBJECT

    def everywhere(self, *roles: Role) -> bool:
        """Whether one of the roles is held without limit. Admins and our own services hold every role so."""
        allowed = {*roles, Role.admin, Role.service}
        return any(
            grant.role in allowed
            and grant.coordination_id is None
            and grant.project_id is None
            and grant.event_id is None
            for grant in self.grants
        )

    def coordinations(self, *roles: Role) -> frozenset[UUID]:
        """The coordination projects in which one of the roles is held."""
        return frozenset(g.coordination_id for g in self.grants if g.role in roles and g.coordination_id is not None)

    def projects(self, *roles: Role) -> frozenset[UUID]:
        """The projects in which one of the roles is held."""
        return frozenset(g.project_id for g in self.grants if g.role in roles and g.project_id is not None)

    def events(self, *roles: Role) -> frozenset[UUID]:
        """The events at which one of the roles is held."""
        return frozenset(g.event_id for g in self.grants if g.role in roles and g.event_id is not None)

    def only_aggregates(self) -> bool:
        """Whether every role held is one that never sees rows about persons."""
        return all(grant.role in {Role.funder, Role.partner} for grant in self.grants)


ANONYMOUS_SUBJECT: Final = "anonymous"
ANONYMOUS: Final = Principal(subject=ANONYMOUS_SUBJECT)


async def current_principal(request: Request) -> Principal:
    """The bearer of the request's token, or the anonymous caller. Raises Unauthenticated for a bad token."""
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
    """A route's declaration of who may call it; none of the scopes missing. No scopes: public."""

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = scopes

    async def __call__(self, caller: Caller) -> Principal:
        """Let the caller pass. Raises: Unauthenticated, Forbidden."""
        if not self.scopes:
            return caller
        if caller.is_anonymous():
            raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
        if not all(caller.has(scope) for scope in self.scopes):
            raise Forbidden(members={"missing_scopes": " ".join(s for s in self.scopes if not caller.has(s))})
        return caller


def needs(*scopes: Scope) -> Access:
    """A declaration for `Depends`: the caller holds all the scopes."""
    if not scopes:
        raise TypeError("a route that needs no scope says `Anyone`")
    return Access(*scopes)


# The declaration of a public route. The principal may still be somebody.
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
MessagesWrite = Annotated[Principal, Depends(needs(Scope.messages_write))]

TokenSource = Callable[[], Awaitable[str]]
