"""Access to imports: the callers who may make them, and the rows that they may see."""

from sqlalchemy import ColumnElement, true

from services.contracts.roles import Role
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden
from services.registry.projects import access as projects

from .models import Import


def check_may_import(principal: Principal) -> None:
    """Let coordinators and administrators import. Raises Forbidden for others."""
    if not (projects.may_write_all(principal) or principal.coordinations(Role.coordinator)):
        raise Forbidden


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Select the principal's own imports, or all of them for writers of the whole register."""
    return true() if projects.may_write_all(principal) else Import.author == principal.subject
