"""Who may see and change which projects."""

from sqlalchemy import ColumnElement, Text, false, or_, true

from services.contracts.roles import Role, Scope
from services.kernel.security.auth import Principal
from services.registry.relations.queries import is_coordinated_by
from services.registry.revisions.models import ProjectRevision

from .models import Project
from .terms import DRAFT_STATES


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Return projects are public register data; ideas and applications are seen by those who may write them."""
    return or_(Project.state.not_in(DRAFT_STATES), writable_by(principal))


def was_visible_to(principal: Principal) -> ColumnElement[bool]:
    """As `visible_to`, of a revision: what was a draft then stays one. Selected with its project."""
    return or_(
        ProjectRevision.facts.op("->>", return_type=Text())("state").not_in(DRAFT_STATES), writable_by(principal)
    )


def writable_by(principal: Principal) -> ColumnElement[bool]:
    """Return the projects the principal may change: all; a coordination and what it coordinates; the contact's own."""
    if not principal.has(Scope.registry_write):
        return false()
    if may_write_all(principal):
        return true()
    coordinations = principal.coordinations(Role.coordinator)
    own = Project.id.in_(coordinations | principal.projects(Role.project_contact))
    return or_(own, is_coordinated_by(Project.id, coordinations))


def may_write_all(principal: Principal) -> bool:
    """Return whether the principal may write every project of the register."""
    return principal.everywhere(Role.coordinator)
