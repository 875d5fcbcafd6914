"""Access to imports: the callers who may make them, and the rows that they may see."""

from sqlalchemy import ColumnElement, and_, false, true

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
    """Select the imports of the principal's coordinations by any maker; for writers of the whole register, all.

    An import belongs to all coordinations of its maker together: its rows may be about a draft of any of them.
    """
    if projects.may_write_all(principal):
        return true()
    own = coordinations_of(principal)
    return and_(~Import.writes_all, Import.coordinations.contained_by(own)) if own else false()


def coordinations_of(principal: Principal) -> list[str]:
    """Return the coordinations to which an import of the principal belongs, in one order."""
    return sorted(map(str, principal.coordinations(Role.coordinator)))
