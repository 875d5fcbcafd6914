"""Conditions of surveys: which callers see and change them, and which of them take answers now."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from services.contracts.roles import Role, Scope, figures_readable
from services.feedback.events.models import Event
from services.feedback.events.queries import POSTPONED
from services.kernel.security.auth import Principal

from .models import Survey
from .terms import SurveyState

# Beside the events with which a statement joins its surveys.
_ITS_EVENT: Final = aliased(Event)


def may_change(principal: Principal, coordination_id: UUID | None) -> bool:
    """Return whether the caller may create and change the coordination's surveys."""
    return principal.everywhere(Role.coordinator) or coordination_id in principal.coordinations(Role.coordinator)


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Select the surveys whose administration the caller may see."""
    readable = figures_readable(principal.grants, scope=Scope.feedback_read)
    if readable is None:
        return true()
    return Survey.coordination_id.in_(readable) if readable else false()


def readable_by(principal: Principal) -> ColumnElement[bool]:
    """Select the surveys whose questions the caller may read: the open ones, and those of `visible_to`."""
    return or_(visible_to(principal), takes_answers())


def takes_answers(now: datetime | None = None) -> ColumnElement[bool]:
    """Select the surveys that are open at the instant; without one, at this moment of the database's clock."""
    in_window = and_(Survey.opens_at <= _or_clock(now), Survey.closes_at > _or_clock(now))
    return and_(Survey.state == SurveyState.open, in_window, ~is_of_postponed_event())


def has_not_ended(now: datetime | None = None) -> ColumnElement[bool]:
    """Select the opened surveys whose window has not ended, or not yet begun, at the instant. It is half-open.

    While an event is postponed, the window of its survey does not end.
    """
    return and_(Survey.state == SurveyState.open, or_(Survey.closes_at > _or_clock(now), is_of_postponed_event()))


def window_holds() -> ColumnElement[bool]:
    """Select the surveys whose window is by the valid end of their event."""
    return and_(~is_of_postponed_event(), ~is_of_moved_event())


def is_of_postponed_event() -> ColumnElement[bool]:
    """Select the surveys of events whose times do not hold."""
    return _its_event_is(_ITS_EVENT.event_status == POSTPONED)


def is_of_moved_event() -> ColumnElement[bool]:
    """Select the surveys of events whose end has changed since the window last followed it."""
    has_moved = _ITS_EVENT.ends_at.is_distinct_from(Survey.followed_ends_at)
    return _its_event_is(and_(_ITS_EVENT.ends_at.is_not(None), has_moved))


def _its_event_is(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    its_event = and_(_ITS_EVENT.id == Survey.event_id, ~_ITS_EVENT.removed, condition)
    return select(_ITS_EVENT.id).where(its_event).correlate(Survey).exists()


def _or_clock(now: datetime | None) -> ColumnElement[datetime]:
    return func.clock_timestamp() if now is None else literal(now, Survey.closes_at.type)
