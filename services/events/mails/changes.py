"""Changes of an event as its mails name them: what it was and what it is. Trivial ones are none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.contracts.words import Phrase
from services.events.events.calendar_entries import place_of
from services.events.events.models import Event
from services.events.events.terms import EventMode, EventStatus
from services.kernel.text import FALLBACK

from .content import Change, EventSnapshot, when

_MODES: Final = {
    EventMode.onsite: Phrase("mails.modes.onsite"),
    EventMode.online: Phrase("mails.modes.online"),
    EventMode.hybrid: Phrase("mails.modes.hybrid"),
}


def snapshot_of(event: Event, *, organiser: Mapping[str, str] | None) -> EventSnapshot:
    """Return the facts of the event as they are now."""
    return EventSnapshot(
        slug=event.slug,
        title=event.title,
        languages=event.languages,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        time_zone=event.time_zone,
        venue=event.venue,
        address=event.address,
        join_url=event.join_url,
        cancel_reason=event.cancel_reason,
        mode=event.mode,
        event_status=event.event_status,
        changed_at=event.updated_at,
        organiser=organiser,
        contact_email=event.contact_email,
    )


def as_it_was(event: EventSnapshot, facts: Mapping[str, Any], *, last_link: str | None) -> EventSnapshot:
    """Return the event with the facts of an earlier revision (`facts_in_mails`).

    Where that revision has no join link, the present one counts from `last_link`, the last of all earlier links: a
    person may have read it on their page, though no mail has shown it.
    """
    instants = {name: datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at")}
    before = replace(event, **{**facts, **instants})
    return replace(before, join_url=last_link) if event.join_url and not before.join_url else before


def changes_of(before: EventSnapshot, now: EventSnapshot, language: str, *, has_seat: bool) -> list[Change]:
    """Return what is new, in the reader's language.

    No change are a translation of the venue, the event's first join link, and for a person without a seat any link.
    """
    found = [_time(before, now, language), _place(before, now, language), _mode(before, now, language)]
    if has_seat:
        found.append(_join_link(before, now, language))
    return [change for change in found if change is not None]


def _time(before: EventSnapshot, now: EventSnapshot, language: str) -> Change | None:
    return _change(Phrase("mails.time"), language, *(_when(event, language) for event in (before, now)))


def _when(event: EventSnapshot, language: str) -> str:
    postponed = event.event_status == EventStatus.postponed
    return Phrase("mails.no-date").in_language(language) if postponed else when(event, language)


def _mode(before: EventSnapshot, now: EventSnapshot, language: str) -> Change | None:
    modes = (_MODES[EventMode(event.mode)].in_language(language) for event in (before, now))
    return _change(Phrase("mails.mode"), language, *modes)


def _place(before: EventSnapshot, now: EventSnapshot, language: str) -> Change | None:
    """Return another place. An online event has none; its other mode is what is new."""
    if now.mode == EventMode.online:
        return None
    before = replace(before, venue=None, address=None) if before.mode == EventMode.online else before
    own = _own_language(before.venue or {}, now.venue or {}, now.languages)
    if before.address == now.address and _venue_in(own, before) == _venue_in(own, now):
        return None
    # A translation that was left as it was does not hide the new place.
    return _change(
        Phrase("mails.place"), language, *(_place_in(language, event) for event in (before, now))
    ) or _change(Phrase("mails.place"), language, *(_place_in(own or language, event) for event in (before, now)))


def _own_language(before: Mapping[str, str], now: Mapping[str, str], languages: Sequence[str]) -> str | None:
    """Return the first language that both venues have, those of the event first; the others are translations."""
    shared = (
        language for language in (*languages, *FALLBACK, *sorted(before)) if language in before and language in now
    )
    return next(shared, None)


def _venue_in(language: str | None, event: EventSnapshot) -> object:
    return event.venue[language] if event.venue and language else event.venue


def _place_in(language: str, event: EventSnapshot) -> str:
    return place_of(event, (language,)) or Phrase("mails.none").in_language(language)


def _join_link(before: EventSnapshot, now: EventSnapshot, language: str) -> Change | None:
    if before.join_url is None:
        return None
    return _change(
        Phrase("mails.join-link"), language, before.join_url, now.join_url or Phrase("mails.none").in_language(language)
    )


def _change(label: Phrase, language: str, before: str, now: str) -> Change | None:
    return None if before == now else Change(label.in_language(language), before, now)
