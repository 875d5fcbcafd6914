"""Access to projects: the rows that a principal may see and change."""

from sqlalchemy import ColumnElement, Text, and_, exists, false, or_, select, true
from sqlalchemy.orm import aliased

from services.contracts.roles import Role, Scope
from services.kernel.data.types import Statement
from services.kernel.security.auth import Principal
from services.registry.relations.queries import is_coordinated_by
from services.registry.revisions.models import ProjectRevision

from .models import Project
from .terms import DRAFT_STATES


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Select the public projects, and the ideas and applications that the principal may change; for services, all.

    A project that was linked with another one is seen as that one alone.
    """
    return and_(Project.merged_into.is_(None), visible_or_merged(principal))


def visible_or_merged(principal: Principal) -> ColumnElement[bool]:
    """Select what `visible_to` selects, and the projects that were linked with another one, by the same rule."""
    return or_(Project.state.not_in(DRAFT_STATES), _drafts_shown_to(principal))


def _drafts_shown_to(principal: Principal) -> ColumnElement[bool]:
    # A service reads the drafts that it copies, and has no right to change them.
    return true() if principal.is_service() else writable_by(principal)


def own_drafts(principal: Principal) -> Statement:
    """Return the ids of the ideas and applications that the principal may change."""
    return select(Project.id).where(writable_by(principal), Project.state.in_(DRAFT_STATES))


def was_visible_to(principal: Principal) -> ColumnElement[bool]:
    """Select the revisions that `visible_to` would show: a revision of a draft stays a draft.

    Requires: the statement selects from the project too.
    """
    return or_(
        ProjectRevision.facts.op("->>", return_type=Text())("state").not_in(DRAFT_STATES),
        _drafts_shown_to(principal),
    )


def writable_by(principal: Principal) -> ColumnElement[bool]:
    """Select the projects that the principal may change.

    Writers of the whole register change all of them, coordinators their coordination project and those that it
    coordinates, project contacts their own.
    """
    if not principal.has(Scope.registry_write):
        return false()
    if may_write_all(principal):
        return true()
    coordinations = principal.coordinations(Role.coordinator)
    own = coordinations | principal.projects(Role.project_contact)
    # Who may change a project may change the one that it was linked with.
    linked = aliased(Project)
    with_own = exists().where(linked.merged_into == Project.id, linked.id.in_(own))
    return or_(Project.id.in_(own), with_own, is_coordinated_by(Project.id, coordinations))


def may_write_all(principal: Principal) -> bool:
    """Return whether the principal may change every project of the register."""
    return principal.everywhere(Role.coordinator)
