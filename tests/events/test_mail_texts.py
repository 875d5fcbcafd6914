"""The words of each mail in each language, as they were agreed on: a changed text shows here."""

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.contracts.words import LANGUAGES
from services.events.mails.changes import changes_of
from services.events.mails.content import EventSnapshot, MailContent, Rendered, render
from services.events.mails.terms import MailKind

AGREED = json.loads((Path(__file__).parent / "mail_texts.json").read_text(encoding="utf-8"))
EVENT = EventSnapshot(
    slug="hankekahvit",
    title={"fi": "Hankekahvit & muuta", "sv": "Projektkaffe", "en": "Project coffee"},
    languages=["fi"],
    starts_at=datetime(2026, 11, 12, 7, tzinfo=UTC),
    ends_at=datetime(2026, 11, 12, 8, 30, tzinfo=UTC),
    time_zone="Europe/Helsinki",
    venue={"fi": "Säätytalo"},
    address="Snellmaninkatu 9, Helsinki",
    join_url="https://meet.example/room",
    cancel_reason={"fi": "Syy", "sv": "Orsak", "en": "Reason"},
    mode="hybrid",
    event_status="scheduled",
    changed_at=datetime(2026, 10, 1, tzinfo=UTC),
    organiser={"fi": "Järjestäjä"},
    contact_email=None,
)
BEFORE = replace(EVENT, starts_at=datetime(2026, 11, 11, 7, tzinfo=UTC), address="Unioninkatu 1", mode="onsite")


def a_mail(kind: MailKind, language: str, *, name: str = "Maija O'Mäkelä", ticket: str | None = "secret") -> Rendered:
    content = MailContent(
        mail_id=UUID(int=1),
        kind=kind,
        to_address="maija@project.example",
        to_name=name,
        language=language,
        link_secret=ticket,
        survey_id=UUID(int=2),
        is_invited=True,
        ical_uid="maija@vipu.test",
        sequence=0,
        queue_place=3 if kind in {MailKind.queued, MailKind.queue_link} else None,
        queued_at=datetime(2026, 11, 1, tzinfo=UTC),
        event=EVENT,
        changes=changes_of(BEFORE, EVENT, language, has_seat=True),
        reason="Ryhmä on täynnä.",
    )
    return render(content, public_url="http://vipu.test")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_says_what_was_agreed_on(kind, language):
    mail = a_mail(kind, language)
    assert [mail.subject, *mail.text.splitlines()] == AGREED[language][kind]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_the_html_says_every_sentence_of_the_text(kind, language):
    mail = a_mail(kind, language)
    shown = html.unescape(re.sub(r"<[^>]+>", " ", mail.html))
    sentences = [line.rstrip(":") for line in mail.text.splitlines() if line and "http" not in line]
    labels = [
        line.partition(": ")[2] if ": " in line and line.partition(": ")[0] in shown else line for line in sentences
    ]
    assert [line for line in labels if line not in shown] == []


@pytest.mark.parametrize(
    ("language", "greeting", "hint"),
    [
        ("fi", "Hei,", "Voit katsoa tai perua ilmoittautumisesi linkistä, jonka sait ilmoittautuessasi."),
        ("sv", "Hej,", "Du kan se eller avboka din anmälan via länken som du fick när du anmälde dig."),
        ("en", "Hello,", "You can see or cancel your registration through the link you got when you registered."),
    ],
)
def test_a_name_that_is_an_address_is_not_greeted_and_without_a_secret_there_is_no_link(language, greeting, hint):
    mail = a_mail(MailKind.event_changed, language, name="www.evil.example", ticket=None)
    assert mail.text.startswith(greeting + "\n")
    assert hint in mail.text and hint in mail.html
