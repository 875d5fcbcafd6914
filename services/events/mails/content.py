"""The contents of mails: subject and body in the reader's language, as text and as accessible HTML."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name
from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.contracts.words import Phrase, language_of, say_in
from services.events.events.calendar_entries import place_of
from services.events.events.terms import EventStatus
from services.kernel.text import pick

from .terms import SEATED_KINDS, MailKind

_TEMPLATES = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=False,
    auto_reload=False,
)

# English as in Europe: day before month, 24 hours.
_LOCALES: Final = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}

# A "name" that is or contains an address. No mail greets with it, so that strangers cannot send links by our mails.
_NOT_A_NAME: Final = re.compile(r"[/:@\\]|\bwww\.|\.\w{2,}\b|\w{40,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EventSnapshot:
    """The facts of an event that its mails show. Only mails to confirmed persons show `join_url`."""

    slug: str
    title: Mapping[str, str]
    # The languages in which the event is held; the first that a text has is its own, the others are translations.
    languages: Sequence[str]
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    venue: Mapping[str, str] | None
    address: str | None
    join_url: str | None
    cancel_reason: Mapping[str, str] | None
    mode: str
    event_status: str
    changed_at: datetime
    organiser: Mapping[str, str] | None
    contact_email: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of an event that changed: its name, what it was and what it is, in the reader's language."""

    label: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class MailContent:
    """The facts from which one mail is rendered."""

    mail_id: UUID
    kind: MailKind
    to_address: str
    to_name: str
    language: str
    link_secret: str | None
    survey_id: UUID | None
    # Whether the person has a seat, or had one until they cancelled.
    is_invited: bool
    ical_uid: str
    sequence: int
    queue_place: int | None
    queued_at: datetime
    event: EventSnapshot
    # What is new to the person; None in a mail that does not know what they knew.
    changes: Sequence[Change] | None = None
    # Why the organiser cancelled the registration.
    reason: str | None = None
    facts_revision: int = 0

    def says_nothing_new(self) -> bool:
        """Return whether it is a mail about a change that was taken back, or that another mail has shown.

        A change of an event that was cancelled since is no news either.
        """
        if self.kind is not MailKind.event_changed:
            return False
        is_cancelled = self.event.event_status == EventStatus.cancelled
        return is_cancelled or (self.changes is not None and not self.changes)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The subject and texts of a mail."""

    language: str
    subject: str
    text: str
    html: str


def render(content: MailContent, *, public_url: str) -> Rendered:
    """Return subject and texts in the reader's language, or in the nearest language that Vipu has."""
    language = reader_language(content.language)
    subject = Phrase(f"mails.{content.kind.replace('_', '-')}.subject", title=title_of(content.event, language))
    line = " ".join(subject.in_language(language).split())
    values = {**_values(content, language, public_url), "subject": line}
    return Rendered(
        language=language,
        subject=line,
        text=_TEMPLATES.get_template(f"{content.kind}.txt").render(values).strip() + "\n",
        html=_TEMPLATES.get_template(f"{content.kind}.html").render(values) + "\n",
    )


def reader_language(tag: str) -> str:
    """Return the language of the mail to a reader of the language `tag`: the nearest that Vipu has."""
    return language_of([tag.partition("-")[0]])


def _values(content: MailContent, language: str, public_url: str) -> dict[str, object]:
    event, secret = content.event, content.link_secret
    invitation = content.kind is MailKind.feedback_invitation
    return {
        "language": language,
        "say": say_in(language),
        "name": content.to_name if not _NOT_A_NAME.search(content.to_name) else "",
        "contact_email": event.contact_email or "",
        "queue_place": content.queue_place,
        "organiser": pick(event.organiser, (language,))[0] if event.organiser else "Vipu",
        "manage_url": f"{public_url}/manage#{secret}" if secret and not invitation else "",
        "has_entry": has_entry(content),
        "answer_url": f"{public_url}/answer/{content.survey_id}#{secret}" if invitation else "",
        "changes": content.changes or (),
        "reason": content.reason or "",
        "event": {
            "title": title_of(event, language),
            "when": when(event, language),
            "venue": place_of(event, (language,)),
            "join_url": event.join_url if shows_join_link(content) else "",
            "page_url": page_url(event, public_url),
            "cancel_reason": pick(event.cancel_reason, (language,))[0] if event.cancel_reason else "",
        },
    }


def has_entry(content: MailContent) -> bool:
    """Return whether the event has a valid date, and the person a seat, or had one until they cancelled."""
    return content.is_invited and content.event.event_status not in {EventStatus.postponed, EventStatus.cancelled}


def shows_join_link(content: MailContent) -> bool:
    """Return whether the mail shows the join link: to a confirmed person, while the event has a valid date."""
    return has_entry(content) and content.kind in SEATED_KINDS


def title_of(event: EventSnapshot, language: str) -> str:
    """Return the title in the reader's language."""
    return pick(event.title, (language,))[0]


def page_url(event: EventSnapshot, public_url: str) -> str:
    """Return the address of the event's page."""
    return f"{public_url}/e/{event.slug}"


def when(event: EventSnapshot, language: str) -> str:
    """Return start and end in the time zone of the event, and the name of the zone; while it is postponed, no time."""
    if event.event_status == EventStatus.postponed:
        return Phrase("mails.postponed").in_language(language)
    locale, zone = _LOCALES[language], ZoneInfo(event.time_zone)
    starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)

    def moment(instant: datetime) -> str:
        day = format_date(instant, "full", locale=locale)
        return Phrase("mails.moment", date=day, time=hour(instant)).in_language(language)

    def hour(instant: datetime) -> str:
        return format_time(instant, "short", locale=locale)

    same_day = starts.date() == ends.date()
    until = f"–{hour(ends)}" if same_day else f" – {moment(ends)}"  # noqa: RUF001 - A dash between two times.
    return f"{moment(starts)}{until} ({get_timezone_name(starts, 'long', locale=locale)})"
