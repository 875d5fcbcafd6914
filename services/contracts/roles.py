"""Scopes, roles and grants, and the rule of who reads the figures of a coordination project."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final
from uuid import UUID


class Scope(StrEnum):
    """A right of a token."""

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
    audit_read = "audit:read"
    # Between the services of Vipu alone: delivering messages and making tickets.
    messages_write = "messages:write"


class Role(StrEnum):
    """The function of a caller, in one coordination project, project or event, or everywhere."""

    admin = "admin"
    coordinator = "coordinator"
    project_contact = "project_contact"
    door = "door"
    funder = "funder"
    partner = "partner"
    service = "service"
    data_protection_officer = "data_protection_officer"


_READS = frozenset({Scope.registry_read, Scope.events_read, Scope.feedback_read, Scope.dashboard_read})
_WRITES = frozenset({Scope.registry_write, Scope.events_write, Scope.feedback_write})
_PEOPLE = frozenset({Scope.registrations_read, Scope.registrations_write, Scope.attendance_write})

# The scopes of each service's own token: what it calls the other services for, and nothing else.
SERVICE_SCOPES: Final[Mapping[str, frozenset[Scope]]] = {
    # Relays its messages.
    "registry": frozenset({Scope.messages_write}),
    # Relays its messages, copies projects and organisations, and makes the surveys of its events with their tickets.
    "events": frozenset({Scope.messages_write, Scope.registry_read, Scope.feedback_read, Scope.feedback_write}),
    # Copies events.
    "feedback": frozenset({Scope.events_read}),
    # Passes the tokens of its callers on.
    "dashboard": frozenset(),
}

# The scopes that a token for a role may have.
ROLE_SCOPES: Final[dict[Role, frozenset[Scope]]] = {
    Role.admin: frozenset(Scope) - {Scope.messages_write},
    Role.coordinator: _READS | _WRITES | _PEOPLE | {Scope.feedback_text},
    Role.project_contact: _READS | {Scope.registry_write, Scope.feedback_write},
    Role.door: frozenset({Scope.events_read, Scope.attendance_write}),
    Role.funder: _READS,
    Role.partner: frozenset({Scope.registry_read, Scope.events_read, Scope.dashboard_read}),
    Role.service: frozenset().union(*SERVICE_SCOPES.values()),
    Role.data_protection_officer: frozenset({Scope.audit_read}),
}

# Admins and the services of Vipu hold every role.
_EVERY_ROLE: Final = frozenset({Role.admin, Role.service})
_FIGURE_READERS: Final = frozenset({Role.coordinator, Role.funder, Role.partner})


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and the one place where it holds; it holds everywhere where all three ids are None."""

    role: Role
    coordination_id: UUID | None = None
    project_id: UUID | None = None
    event_id: UUID | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for two places: it would not be known whether both are meant, or what they share."""
        if len(self._places()) > 1:
            raise ValueError("a grant has one place or none")

    def is_everywhere(self) -> bool:
        """Say whether the role holds without limit."""
        return not self._places()

    def place(self) -> str:
        """Return the kind and the id of the place, as in `event:0192…`; empty where the role holds everywhere."""
        return "".join(self._places())

    def _places(self) -> list[str]:
        ids = {"coordination": self.coordination_id, "project": self.project_id, "event": self.event_id}
        return [f"{kind}:{place_id}" for kind, place_id in ids.items() if place_id is not None]


def holds_everywhere(grants: Iterable[Grant], roles: Iterable[Role]) -> bool:
    """Say whether one of the roles is held without limit, as admins and services hold every role."""
    allowed = _EVERY_ROLE | set(roles)
    return any(grant.role in allowed and grant.is_everywhere() for grant in grants)


def coordinations_of(grants: Iterable[Grant], roles: Iterable[Role]) -> frozenset[UUID]:
    """Return the coordination projects in which one of the roles is held."""
    allowed = frozenset(roles)
    return frozenset(g.coordination_id for g in grants if g.role in allowed and g.coordination_id is not None)


@cache
def figure_readers(scope: Scope) -> frozenset[Role]:
    """Return the roles whose holders read the figures of a scope, in the coordination projects of their grants."""
    return frozenset(role for role in _FIGURE_READERS if scope in ROLE_SCOPES[role])


def figures_readable(grants: Iterable[Grant], *, scope: Scope) -> frozenset[UUID] | None:
    """Return the coordination projects whose figures may be read; None means all."""
    held, readers = tuple(grants), figure_readers(scope)
    return None if holds_everywhere(held, readers) else coordinations_of(held, readers)


def reads_figures_of(grants: Iterable[Grant], coordination_id: UUID, *, scope: Scope) -> bool:
    """Say whether the holder of the grants may read the coordination project's figures of the scope."""
    readable = figures_readable(grants, scope=scope)
    return readable is None or coordination_id in readable
