"""Access rules of surveys: which callers see and change them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, true

from services.contracts.roles import Role, Scope, figures_readable
from services.feedback.events.models import Event
from services.kernel.security.auth import Principal

from .models import Survey
from .terms import SurveyState


def may_change(principal: Principal, coordination_id: UUID | None) -> bool:
    """Return whether the caller may create and change the coordination's surveys."""
    return principal.everywhere(Role.coordinator) or coordination_id in principal.coordinations(Role.coordinator)


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Select the surveys whose administration the caller may see."""
    readable = figures_readable(principal.grants, scope=Scope.feedback_read)
    if readable is None:
        return true()
    events = select(Event.id).where(Event.coordination_id.in_(readable))
    return Survey.event_id.in_(events) if readable else false()


def readable_by(principal: Principal) -> ColumnElement[bool]:
    """Select the surveys whose questions the caller may read: the open ones, and those of `visible_to`."""
    return or_(visible_to(principal), takes_answers())


def takes_answers(now: datetime | None = None) -> ColumnElement[bool]:
    """Select the surveys that are open at the instant; without one, at this moment of the database's clock."""
    return and_(has_not_ended(now), Survey.opens_at <= _or_clock(now))


def has_not_ended(now: datetime | None = None) -> ColumnElement[bool]:
    """Select the opened surveys whose window has not ended, or not yet begun, at the instant. It is half-open."""
    return and_(Survey.state == SurveyState.open, Survey.closes_at > _or_clock(now))


def _or_clock(now: datetime | None) -> ColumnElement[datetime]:
    return func.clock_timestamp() if now is None else literal(now, Survey.closes_at.type)
