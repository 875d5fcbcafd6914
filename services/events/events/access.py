"""Who may see and change events."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, true

from services.contracts.roles import Role, Scope, figures_readable, reads_figures_of
from services.kernel.security.auth import Principal

from .models import Event
from .terms import PublicationStatus


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Published events for everybody; drafts for the coordination's staff and the event's door.

    Archived ones also for those who read the coordination's figures: every figure opens to its rows.
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
    """Return whether the caller runs the coordination's events."""
    return principal.everywhere(Role.coordinator) or coordination_id in principal.coordinations(Role.coordinator)


def may_mark_presence(principal: Principal, event: Event) -> bool:
    """Return whether the caller may say who came: the staff, and the door of this event."""
    return may_change(principal, event.coordination_id) or event.id in principal.events(Role.door)


def coordinations_read(principal: Principal) -> frozenset[UUID] | None:
    """Return the coordination projects of whose figures the caller reads aggregates alone; None: of any."""
    if principal.everywhere(Role.coordinator):
        return frozenset()
    readable = figures_readable(principal.grants, scope=Scope.events_read)
    return None if readable is None else readable - principal.coordinations(Role.coordinator)


def may_read_figures(principal: Principal, coordination_id: UUID) -> bool:
    """Return whether the caller may see the coordination's figures."""
    return reads_figures_of(principal.grants, coordination_id, scope=Scope.events_read)
