"""Windows: a survey takes answers from an instant until another, and both follow the end of its event."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Window:
    """When a survey opens and closes, and the end of the event by which it does; None where that is not known."""

    opens_at: datetime
    closes_at: datetime
    event_ends_at: datetime | None


def moved(window: Window, ends_at: datetime, *, now: datetime, has_tickets: bool) -> Window:
    """Return the window by the new end of the event.

    It moves as far as the end does, unless it would lie in the past. Once it has begun and tickets are out, people may
    have answered: then it only closes later. An earlier end would let the organiser choose the last answer. Whether
    there is an answer does not count, because the window would disclose it. A window that does not move stands by the
    end by which it stood: an end that is entered wrongly and corrected leaves the window as it was.
    """
    if window.event_ends_at is None:
        return _reaching_beyond(window, ends_at)
    by = ends_at - window.event_ends_at
    opens_at, closes_at = window.opens_at + by, window.closes_at + by
    if has_tickets and window.opens_at <= now:
        opens_at = window.opens_at
        if closes_at < window.closes_at:
            return window
    return window if closes_at <= now else Window(opens_at, closes_at, ends_at)


def _reaching_beyond(window: Window, ends_at: datetime) -> Window:
    """Return the window of a survey that was made while its event had no valid end: as long, but after that end."""
    closes_at = window.closes_at if window.closes_at > ends_at else ends_at + (window.closes_at - window.opens_at)
    return replace(window, closes_at=closes_at, event_ends_at=ends_at)
