"""Access to spellings: a coordination decides for itself, an administrator for everybody."""

from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, true

from services.contracts.roles import Role
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden

from .models import OrganisationSpelling


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Select the spellings that a coordinator joins by: those for everybody and those of the own coordinations.

    Others see none: a person may have written more than the organisation.
    """
    if principal.everywhere(Role.coordinator):
        return true()
    own = principal.coordinations(Role.coordinator)
    if not own:
        return false()
    return or_(OrganisationSpelling.coordination_id.is_(None), OrganisationSpelling.coordination_id.in_(own))


def check_may_decide(principal: Principal, coordination_id: UUID | None) -> None:
    """Let coordinators decide in their coordination, and administrators for everybody. Raises Forbidden for others."""
    if principal.everywhere():
        return
    everywhere = principal.everywhere(Role.coordinator)
    own = principal.coordinations(Role.coordinator)
    if coordination_id is None or not (everywhere or coordination_id in own):
        raise Forbidden
