"""Who may see and change events."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, true

from services.kernel.security.auth import Principal, Role

from .models import Event
from .terms import PublicationStatus

# Whose part it is to read a coordination's figures.
_READERS = (Role.coordinator, Role.funder, Role.partner)


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Published events for everybody; drafts for the coordination's staff and the event's door.

    Archived ones also for those who read the coordination's figures: every figure opens to its rows.
    """
    if principal.everywhere(Role.coordinator):
        return true()
    if not principal.grants:
        return Event.publication_status == PublicationStatus.published
    archived = Event.publication_status == PublicationStatus.archived
    if not principal.everywhere(*_READERS):
        archived &= Event.coordination_id.in_(principal.coordinations(*_READERS))
    return or_(
        Event.publication_status == PublicationStatus.published,
        archived,
        Event.coordination_id.in_(principal.coordinations(Role.coordinator)),
        Event.id.in_(principal.events(Role.door)),
    )


def may_change(principal: Principal, coordination_id: UUID) -> bool:
    """Whether the caller runs the coordination's events."""
    return principal.everywhere(Role.coordinator) or coordination_id in principal.coordinations(Role.coordinator)


def may_mark_presence(principal: Principal, event: Event) -> bool:
    """Whether the caller may say who came: the staff, and the door of this event."""
    return may_change(principal, event.coordination_id) or event.id in principal.events(Role.door)


def coordinations_read(principal: Principal) -> frozenset[UUID] | None:
    """The coordination projects of whose figures the caller reads aggregates alone; None: of any."""
    if principal.everywhere(Role.coordinator):
        return frozenset()
    if principal.everywhere(*_READERS):
        return None
    return principal.coordinations(*_READERS) - principal.coordinations(Role.coordinator)


def may_read_figures(principal: Principal, coordination_id: UUID) -> bool:
    """Whether the caller may see the coordination's figures."""
    return principal.everywhere(*_READERS) or coordination_id in principal.coordinations(*_READERS)
