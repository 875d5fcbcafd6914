"""Events with people, a change of their facts, and the mails that tell it."""

import re
from html import unescape

from tests.events.mailing import received, text_of
from tests.factories import COORDINATOR, an_event, person

VENUE = {"venue": {"fi": "Säätytalo"}, "address": "Snellmaninkatu 9", "mode": "hybrid"}


LINK = {"join_url": "https://meet.example/eka"}


LATER = {"starts_at": "2099-04-01T06:00:00Z", "ends_at": "2099-04-01T07:00:00Z"}


async def register(client, event, number=1, **facts):
    answer = await client("events").post(f"/v1/events/{event['id']}/registrations", person(number, **facts))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def patched(client, event, body):
    staff = client("events", COORDINATOR)
    address = f"/v1/events/{event['id']}"
    version = (await staff.get(address)).json()["version"]
    answer = await staff.patch(address, body, version=version)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sent(applications):
    """Let the worker send what is due."""
    for _ in range(2):
        await applications.worker("events").drain()


async def five_minutes_pass(applications, superuser):
    await superuser.execute("UPDATE events.events SET news_due_at = clock_timestamp() WHERE news_due_at IS NOT NULL")
    await sent(applications)


async def news(superuser):
    """The mails about changes, oldest first."""
    mails = await received(superuser)
    subjects = ("Tapahtuman tiedot", "Uppgifterna", "The event has changed", "Evenemanget har ändrats")
    return [mail for mail in mails if str(mail["Subject"]).startswith(subjects)]


def named_in(mail):
    """The lines `name: before → now` of a mail, which its HTML has, too."""
    lines = [tuple(line.split(": ", 1)) for line in text_of(mail).splitlines() if " → " in line]
    shown = " ".join(unescape(re.sub(r"<[^>]+>", " ", text_of(mail, "html"))).split())
    assert all(f"{name} {change}" in shown for name, change in lines)
    return dict(lines)


async def an_event_with_people(client, applications, **facts):
    """An event with a Finn, a Swede and an English reader who have been mailed their confirmation."""
    event = await an_event(client("events", COORDINATOR), **{**VENUE, **LINK, **facts})
    for number, language in enumerate(("fi", "sv", "en")):
        await register(client, event, number, language=language, mode="onsite")
    await sent(applications)
    return event


def by_language(mail):
    return ("fi", "sv", "en").index(mail["Content-Language"])


NEW_TIME = (
    "keskiviikko 11. maaliskuuta 2099 klo 9.00\u201310.00 (Itä-Euroopan normaaliaika) → "
    "keskiviikko 1. huhtikuuta 2099 klo 9.00\u201310.00 (Itä-Euroopan kesäaika)"
)
