"""The rules of who may see and change events."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, true

from services.contracts.roles import Role, Scope, figures_readable, reads_figures_of
from services.kernel.security.auth import Principal

from .models import Event
from .terms import PublicationStatus


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return the events that the caller may see: published ones, and all those of which they are staff or door staff.

    A caller who reads the figures of a coordination project also sees its archived events, which are rows of figures.
    """
    if principal.everywhere(Role.coordinator):
        return true()
    if not principal.grants:
        return Event.publication_status == PublicationStatus.published
    archived = Event.publication_status == PublicationStatus.archived
    readable = figures_readable(principal.grants, scope=Scope.events_read)
    if readable is not None:
        archived &= Event.coordination_id.in_(readable)
    return or_(
        Event.publication_status == PublicationStatus.published,
        archived,
        Event.coordination_id.in_(principal.coordinations(Role.coordinator)),
        Event.id.in_(principal.events(Role.door)),
    )


def may_change(principal: Principal, coordination_id: UUID) -> bool:
    """Return whether the caller is staff of the coordination project."""
    return principal.everywhere(Role.coordinator) or coordination_id in principal.coordinations(Role.coordinator)


def may_mark_attendance(principal: Principal, event: Event) -> bool:
    """Return whether the caller may mark attendance: the staff, and the door staff of this event."""
    return may_change(principal, event.coordination_id) or event.id in principal.events(Role.door)


def coordinations_read(principal: Principal) -> frozenset[UUID] | None:
    """Return the coordination projects of which the caller reads aggregates only; None stands for all of them."""
    if principal.everywhere(Role.coordinator):
        return frozenset()
    readable = figures_readable(principal.grants, scope=Scope.events_read)
    return None if readable is None else readable - principal.coordinations(Role.coordinator)


def figures_read_by(principal: Principal) -> ColumnElement[bool]:
    """Return the events of the coordination projects whose figures the caller may see."""
    readable = figures_readable(principal.grants, scope=Scope.events_read)
    return true() if readable is None else Event.coordination_id.in_(readable)


def may_read_figures(principal: Principal, coordination_id: UUID) -> bool:
    """Return whether the caller may see the figures of the coordination project."""
    return reads_figures_of(principal.grants, coordination_id, scope=Scope.events_read)
