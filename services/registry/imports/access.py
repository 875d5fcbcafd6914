"""Who may import, and see imports."""

from sqlalchemy import ColumnElement, true

from services.contracts.roles import Role
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden
from services.registry.projects import access as projects

from .models import Import


def check_may_import(principal: Principal) -> None:
    """Coordinators and admins import. Raises Forbidden."""
    if not (projects.may_write_all(principal) or principal.coordinations(Role.coordinator)):
        raise Forbidden


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """One's own; all of them for who writes the whole register."""
    return true() if projects.may_write_all(principal) else Import.author == principal.subject
