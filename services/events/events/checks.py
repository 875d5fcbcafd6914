"""Checks of an event's facts. Each judges the change, not the state: what a change leaves alone refuses nothing."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import NamedTuple

from services.contracts.words import Phrase
from services.kernel.clock import helsinki_day
from services.kernel.web.errors import Invalid, InvalidField

from .deadlines import Instants
from .errors import EventHasAttendance, WouldDisplace
from .models import Event
from .queries import Standing
from .terms import MAX_EVENT_DAYS, EventStatus


class _Contradiction(NamedTuple):
    """Instants that contradict each other: the names of their fields, and the place in the request that is wrong."""

    fields: frozenset[str]
    error: InvalidField


def check_times(event: Instants, *, before: Instants | None) -> None:
    """Check that no instant which is new since `before` contradicts another one. Raises Invalid."""
    found = [contradiction for contradiction in _contradictions(event) if _is_new(contradiction, event, before)]
    if found:
        raise Invalid(errors=[contradiction.error for contradiction in found])


def _is_new(contradiction: _Contradiction, event: Instants, before: Instants | None) -> bool:
    return before is None or any(getattr(event, name) != getattr(before, name) for name in contradiction.fields)


def _contradictions(event: Instants) -> Iterator[_Contradiction]:
    opens_at, closes_at = event.registration_opens_at, event.registration_closes_at
    if event.ends_at <= event.starts_at:
        yield _contradiction("ends_at", "starts_at", Phrase("fields.ends-before-start"))
    if event.ends_at - event.starts_at > timedelta(days=MAX_EVENT_DAYS):
        yield _contradiction("ends_at", "starts_at", Phrase("fields.event-too-long", count=MAX_EVENT_DAYS), "too-long")
    if opens_at and closes_at and closes_at <= opens_at:
        yield _contradiction("registration_closes_at", "registration_opens_at", Phrase("fields.closes-before-opening"))
    if closes_at and closes_at > event.ends_at:
        yield _contradiction("registration_closes_at", "ends_at", Phrase("fields.closes-after-end"))
    if event.cancel_until_at and event.cancel_until_at > event.ends_at:
        yield _contradiction("cancel_until_at", "ends_at", Phrase("fields.cancels-after-end"))


def _contradiction(field: str, other: str, message: Phrase, code: str | None = None) -> _Contradiction:
    error = InvalidField(f"/body/{field}", code or message.key.rpartition(".")[2], message)
    return _Contradiction(frozenset({field, other}), error)


def check_capacity(event: Event, *, before: int | None) -> None:
    """Check that a lowered capacity takes no seat away. Raises WouldDisplace.

    People who were given a seat beyond the capacity refuse no other change, nor a higher capacity.
    """
    if event.capacity is None or (before is not None and event.capacity >= before):
        return
    if event.capacity < event.confirmed_count:
        raise WouldDisplace(
            members={"count": event.confirmed_count - event.capacity, "confirmed_count": event.confirmed_count}
        )


def check_stays_held(event: Event, standing: Standing, *, changed: Collection[str]) -> None:
    """Check that a change does not postpone an event to which people came. Raises EventHasAttendance.

    People are marked from the day of the event on, so its start may move within that day.
    """
    later_day = "starts_at" in changed and helsinki_day(event.starts_at) > helsinki_day(standing.now)
    postponed = "event_status" in changed and event.event_status == EventStatus.postponed
    if standing.has_attendance and (later_day or postponed):
        raise EventHasAttendance
