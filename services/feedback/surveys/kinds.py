"""The surveys that figures are made of, as SQL. The event of a survey is the copy that it is joined with."""

from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, true

from services.contracts.vocabulary import EventKind, EventKinds
from services.feedback.events.models import Event
from services.feedback.events.queries import IS_HELD

from .models import Survey
from .terms import SurveyState

# Figures take in the surveys of held events by their own coordination, once they have opened.
HAS_BEGUN: Final[ColumnElement[bool]] = and_(
    IS_HELD, Survey.state != SurveyState.draft, Survey.coordination_id == Event.coordination_id
)
HAS_CALL: Final[ColumnElement[bool]] = func.jsonb_array_length(Event.call_ids) > 0


def is_about(kinds: EventKinds) -> ColumnElement[bool]:
    """Return the surveys about events of any of the kinds."""
    return or_(*map(_is_about_a, kinds.kinds)) if kinds.kinds else true()


def _is_about_a(kind: EventKind) -> ColumnElement[bool]:
    is_type = Event.type == kind.type
    return is_type if kind.scope is None else and_(is_type, Event.scope == kind.scope)
