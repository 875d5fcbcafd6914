"""The events that a survey is about, as SQL."""

from sqlalchemy import ColumnElement, and_, or_, true

from services.contracts.vocabulary import EventKind, EventKinds
from services.feedback.events.models import Event

from .models import Survey
from .terms import SurveyState

HAS_BEGUN = Survey.state != SurveyState.draft


def is_about(kinds: EventKinds) -> ColumnElement[bool]:
    """Return the surveys about events of any of the kinds. Requires: a statement that joins the events."""
    return or_(*map(_is_about_a, kinds.kinds)) if kinds.kinds else true()


def _is_about_a(kind: EventKind) -> ColumnElement[bool]:
    is_type = Event.type == kind.type
    return is_type if kind.scope is None else and_(is_type, Event.scope == kind.scope)
