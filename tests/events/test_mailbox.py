"""The mailbox of development: read in the browser, absent where mails are really sent."""

from uuid import uuid4

import pytest

from services.events.mailbox import service as mailbox
from services.events.mails.terms import MailKind
from tests.events.mailing import a_registration, an_event, tell


async def test_the_mailbox_shows_the_newest_mail_first_and_takes_it_apart(applications, client):
    event = await an_event(applications)
    person = await a_registration(applications, event, name="Åsa Öberg", language="sv")
    await tell(applications, MailKind.queued, person, event)
    await tell(applications, MailKind.promoted, person, event)
    await applications.worker("events").drain()
    listed = await client("events").get("/v1/mailbox")
    assert listed.status_code == 200
    newest, older = listed.json()["items"]
    assert (newest["kind"], newest["to"]) == ("promoted", person.email)
    assert newest["subject"] == "Du fick en plats: Projektkaffe"
    assert older["kind"] == "queued"
    read = (await client("events").get(f"/v1/mailbox/{newest['id']}")).json()
    assert read["headers"]["To"] == f"Åsa Öberg <{person.email}>"
    assert read["text"].startswith("Hej Åsa Öberg,")
    assert '<html lang="sv">' in read["html"]
    assert read["calendar"].startswith("BEGIN:VCALENDAR")
    without = (await client("events").get(f"/v1/mailbox/{older['id']}")).json()
    assert without["calendar"] is None


async def test_the_mailbox_keeps_the_newest_only(applications, client, monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_KEPT", 2)
    event = await an_event(applications)
    people = [await a_registration(applications, event) for _ in range(4)]
    for person in people:
        await tell(applications, MailKind.queued, person, event)
    await applications.worker("events").drain()
    listed = (await client("events").get("/v1/mailbox")).json()["items"]
    assert [mail["to"] for mail in listed] == [person.email for person in reversed(people[2:])]


async def test_an_unknown_mail_is_not_found(client):
    assert (await client("events").get(f"/v1/mailbox/{uuid4()}")).status_code == 404
    assert (await client("events").get("/v1/mailbox/nothing")).status_code == 422
    assert "/v1/mailbox" not in (await client("events").get("/openapi.json")).text


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("told", [{"mail_transport": "smtp"}, {"environment": "production"}])
class TestReallySent:
    @pytest.fixture
    def all_settings(self, all_settings, told):
        return {**all_settings, "events": all_settings["events"].model_copy(update=told)}

    async def test_there_is_no_mailbox(self, client):
        for path in ("/v1/mailbox", f"/v1/mailbox/{uuid4()}"):
            answer = await client("events").get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
