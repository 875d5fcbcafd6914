"""Statuses: status, mode and start of an event are made to agree when one of them changes."""

from collections.abc import Collection
from datetime import datetime

from services.contracts.words import Phrase
from services.kernel.web.errors import Invalid, InvalidField

from .models import Event
from .queries import Standing
from .terms import EventMode, EventStatus


def settle(
    event: Event, standing: Standing, *, sent: Collection[str], changed: Collection[str], started_before: datetime
) -> None:
    """Make the status of the event agree with its mode and start.

    `sent` are the fields that the caller named, `changed` those of which the value is new: a status that is sent back
    as it was is none that the caller chose. An event that moves online is online; one that gets a place again has not
    moved online any more. A new start ends a postponement, and a published event is rescheduled by it.
    Raises Invalid where the caller names a mode that contradicts the status they name.
    """
    if event.event_status == EventStatus.moved_online and event.mode != EventMode.online:
        _settle_mode(event, sent)
    if "starts_at" in changed and not stays_over(event, standing):
        _settle_start(event, changed, started_before=started_before)


def stays_over(event: Event, standing: Standing) -> bool:
    """Return whether the event had ended before a change and still has: then its times are corrected, not changed."""
    return standing.has_ended and event.ends_at <= standing.now and event.event_status != EventStatus.postponed


def _settle_mode(event: Event, sent: Collection[str]) -> None:
    if "event_status" not in sent:
        event.event_status = EventStatus.rescheduled if event.previous_starts_at else EventStatus.scheduled
    elif "mode" not in sent:
        event.mode = EventMode.online
    else:
        error = InvalidField("/body/mode", "moved-online-not-online", Phrase("fields.moved-online-not-online"))
        raise Invalid(errors=[error])


def _settle_start(event: Event, changed: Collection[str], *, started_before: datetime) -> None:
    """Mark the event as rescheduled, unless it has moved online or the caller chose another status."""
    if event.published_at is not None:
        event.previous_starts_at = started_before
    if "event_status" in changed or event.event_status == EventStatus.moved_online:
        return
    if event.published_at is not None:
        event.event_status = EventStatus.rescheduled
    elif event.event_status == EventStatus.postponed:
        event.event_status = EventStatus.scheduled  # A draft was never announced for another start.
