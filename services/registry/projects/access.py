"""Who may see and change which projects."""

from sqlalchemy import ColumnElement, Text, exists, false, or_, true
from sqlalchemy.orm import aliased

from services.kernel.security.auth import Principal, Role, Scope

from .models import Project, ProjectRelation, ProjectRevision
from .terms import DRAFT_STATES, RelationKind


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Projects are public register data; ideas and applications are seen by those who may write them."""
    return or_(Project.state.not_in(DRAFT_STATES), writable_by(principal))


def was_visible_to(principal: Principal) -> ColumnElement[bool]:
    """As `visible_to`, of a revision: what was a draft then stays one. Selected with its project."""
    return or_(
        ProjectRevision.facts.op("->>", return_type=Text())("state").not_in(DRAFT_STATES), writable_by(principal)
    )


def writable_by(principal: Principal) -> ColumnElement[bool]:
    """The projects the principal may change: all; a coordination and what it coordinates; the contact's own."""
    if not principal.has(Scope.registry_write):
        return false()
    if may_write_all(principal):
        return true()
    coordinations = principal.coordinations(Role.coordinator)
    # By a name of its own: what it is selected with may read relations too, and is not meant.
    relation = aliased(ProjectRelation)
    coordinated = exists().where(
        relation.other_id == Project.id,
        relation.kind == RelationKind.coordinates,
        relation.withdrawn_at.is_(None),
        relation.project_id.in_(coordinations),
    )
    own = Project.id.in_(coordinations | principal.projects(Role.project_contact))
    return or_(own, coordinated)


def may_write_all(principal: Principal) -> bool:
    """Whether the principal may write every project of the register."""
    return principal.everywhere(Role.coordinator)
