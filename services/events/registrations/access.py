"""The rules of who may see and change registrations."""

from sqlalchemy import ColumnElement, exists, true

from services.contracts.roles import Role, Scope
from services.events.events.access import may_change
from services.events.events.models import Event
from services.kernel.security.auth import Principal

from .models import Registration


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return the registrations to the events of the coordination projects whose staff the caller belongs to."""
    if principal.everywhere(Role.coordinator):
        return true()
    own = Event.coordination_id.in_(principal.coordinations(Role.coordinator))
    return exists().where(Event.id == Registration.event_id, own)


def may_register_others(principal: Principal, event: Event) -> bool:
    """Return whether the caller may add people as staff of the event: outside the window, beyond the capacity."""
    return principal.has(Scope.registrations_write) and may_change(principal, event.coordination_id)
