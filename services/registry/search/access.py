"""The documents that a caller may find."""

from sqlalchemy import ColumnElement, or_

from services.contracts.vocabulary import DRAFT_PROJECT_STATES
from services.kernel.data.types import Statement

from .models import SearchDocument


def visible_to(own_drafts: Statement) -> ColumnElement[bool]:
    """Select all public documents, and among the ideas and applications those with the ids of the statement."""
    return or_(
        SearchDocument.state.is_(None),
        SearchDocument.state.not_in(DRAFT_PROJECT_STATES),
        SearchDocument.id.in_(own_drafts),
    )
