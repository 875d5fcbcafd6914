"""Access to organisations: all callers read them, and all projects share them."""

from sqlalchemy import ColumnElement, true

from services.contracts.roles import Role
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden

from .models import Organisation


def check_may_write(principal: Principal) -> None:
    """Let coordinators and administrators enter and change organisations. Raises Forbidden for others."""
    if not (principal.everywhere(Role.coordinator) or principal.coordinations(Role.coordinator)):
        raise Forbidden


def check_may_merge(principal: Principal) -> None:
    """Let those who may change every project merge organisations. Raises Forbidden for others."""
    if not principal.everywhere(Role.coordinator):
        raise Forbidden


def listed_to(principal: Principal) -> ColumnElement[bool]:
    """Select the organisations that answer for themselves; for services, which keep a copy, the merged ones too."""
    if principal.is_service():
        return true()
    return Organisation.merged_into.is_(None)
