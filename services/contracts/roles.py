"""Scopes, roles and grants, and the rule of who reads the figures of a coordination project."""

from collections.abc import Iterable
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


_READS = frozenset({Scope.registry_read, Scope.events_read, Scope.feedback_read, Scope.dashboard_read})
_WRITES = frozenset({Scope.registry_write, Scope.events_write, Scope.feedback_write})
_PEOPLE = frozenset({Scope.registrations_read, Scope.registrations_write, Scope.attendance_write})

# The scopes that a token for a role may have.
ROLE_SCOPES: Final[dict[Role, frozenset[Scope]]] = {
    Role.admin: frozenset(Scope) - {Scope.messages_write},
    Role.coordinator: _READS | _WRITES | _PEOPLE | {Scope.feedback_text},
    Role.project_contact: _READS | {Scope.registry_write, Scope.feedback_write},
    Role.door: frozenset({Scope.events_read, Scope.attendance_write}),
    Role.funder: _READS,
    Role.partner: frozenset({Scope.registry_read, Scope.events_read, Scope.dashboard_read}),
    Role.service: frozenset(Scope),
}

# Admins and the services of Vipu hold every role.
_EVERY_ROLE: Final = frozenset({Role.admin, Role.service})
_FIGURE_READERS: Final = frozenset({Role.coordinator, Role.funder, Role.partner})


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and the place where it holds; it holds everywhere where all three ids are None."""

    role: Role
    coordination_id: UUID | None = None
    project_id: UUID | None = None
    event_id: UUID | None = None

    def is_everywhere(self) -> bool:
        """Say whether the role holds without limit."""
        return self.coordination_id is None and self.project_id is None and self.event_id is None


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
