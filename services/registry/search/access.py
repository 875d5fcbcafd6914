"""The documents that a caller may find."""

from sqlalchemy import ColumnElement, or_, select

from services.kernel.security.auth import Principal
from services.registry.projects import access as projects
from services.registry.projects.models import Project
from services.registry.projects.terms import DRAFT_STATES

from .models import SearchDocument


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Select all public documents, and the ideas and applications that the principal may change."""
    own = select(Project.id).where(projects.writable_by(principal), Project.state.in_(DRAFT_STATES))
    return or_(SearchDocument.state.is_(None), SearchDocument.state.not_in(DRAFT_STATES), SearchDocument.id.in_(own))
