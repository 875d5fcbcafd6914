"""Statuses: status, mode and start of an event are made to agree when one of them changes."""

from collections.abc import Container
from datetime import datetime

from services.contracts.words import Phrase
from services.kernel.web.errors import Invalid, InvalidField

from .models import Event
from .terms import EventMode, EventStatus


def settle(event: Event, changed: Container[str], *, started_before: datetime) -> None:
    """Make the status of the event agree with its mode and start, of which the fields in `changed` are new.

    An event that moves online is online; one that gets a place again has not moved online any more. A new start ends a
    postponement. Raises Invalid where the change names a mode that contradicts its status.
    """
    if event.event_status == EventStatus.moved_online and event.mode != EventMode.online:
        _settle_mode(event, changed)
    if event.event_status == EventStatus.postponed and "event_status" not in changed and "starts_at" in changed:
        event.previous_starts_at = started_before if event.published_at else None
        event.event_status = _dated(event)


def _settle_mode(event: Event, changed: Container[str]) -> None:
    if "event_status" not in changed:
        event.event_status = _dated(event)
    elif "mode" not in changed:
        event.mode = EventMode.online
    else:
        error = InvalidField("/body/mode", "moved-online-not-online", Phrase("fields.moved-online-not-online"))
        raise Invalid(errors=[error])


def _dated(event: Event) -> EventStatus:
    """Return the status of an event that takes place at its start. A draft was never announced for another one."""
    return EventStatus.rescheduled if event.previous_starts_at else EventStatus.scheduled
