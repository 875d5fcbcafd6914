"""Changes of an event as its mails name them: what it was and what it is. Trivial ones are none."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.contracts.words import Phrase
from services.events.events.calendar_entries import place_of
from services.events.events.models import Event
from services.events.events.terms import EventMode, EventStatus
from services.kernel.text import FALLBACK

from .content import Change, EventSnapshot, when


def snapshot_of(event: Event, *, organiser: Mapping[str, str] | None) -> EventSnapshot:
    """Return the facts of the event as they are now."""
    return EventSnapshot(
        slug=event.slug,
        title=event.title,
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


def as_it_was(event: EventSnapshot, facts: Mapping[str, Any]) -> EventSnapshot:
    """Return the event with the facts of an earlier revision (`facts_in_mails`)."""
    instants = {name: datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at")}
    return replace(event, **{**facts, **instants})


def changes_of(before: EventSnapshot, now: EventSnapshot, language: str, *, has_seat: bool) -> list[Change]:
    """Return what is new, in the reader's language.

    No change are a translation of the venue, a first join link, and for a person without a seat any join link.
    """
    found = [_time(before, now, language), _place(before, now, language), _mode(before, now, language)]
    if has_seat:
        found.append(_join_link(before, now, language))
    return [change for change in found if change is not None]


def _time(before: EventSnapshot, now: EventSnapshot, language: str) -> Change | None:
    return _change("time", *(_when(event, language) for event in (before, now)))


def _when(event: EventSnapshot, language: str) -> str:
    postponed = event.event_status == EventStatus.postponed
    return _say("no-date", language) if postponed else when(event, language)


def _mode(before: EventSnapshot, now: EventSnapshot, language: str) -> Change | None:
    return _change("mode", *(_say(f"modes.{event.mode}", language) for event in (before, now)))


def _place(before: EventSnapshot, now: EventSnapshot, language: str) -> Change | None:
    """Return another place. An online event has none; its other mode is what is new."""
    if now.mode == EventMode.online:
        return None
    before = replace(before, venue=None, address=None) if before.mode == EventMode.online else before
    shared = next(_shared_languages(before.venue or {}, now.venue or {}), None)
    is_same = before.venue == now.venue if shared is None else (before.venue or {})[shared] == (now.venue or {})[shared]
    if is_same and before.address == now.address:
        return None
    none = _say("none", language)
    change = _change("place", *(place_of(event, (language,)) or none for event in (before, now)))
    # A translation that was left as it was does not hide the new place.
    return change or _change("place", *(place_of(event, (shared or language,)) or none for event in (before, now)))


def _shared_languages(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Yield the languages that both venues have. The first is that of the venue; the others are translations."""
    return (
        language for language in dict.fromkeys((*FALLBACK, *sorted(before))) if language in before and language in now
    )


def _join_link(before: EventSnapshot, now: EventSnapshot, language: str) -> Change | None:
    if before.join_url is None:
        return None
    return _change("join-link", before.join_url, now.join_url or _say("none", language))


def _change(label: str, before: str, now: str) -> Change | None:
    return None if before == now else Change(f"mails.{label}", before, now)


def _say(key: str, language: str) -> str:
    return Phrase(f"mails.{key}").in_language(language)
