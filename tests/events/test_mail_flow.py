"""What people do over HTTP reaches their mailbox and their calendar."""

import re
from datetime import timedelta

from services.contracts.roles import Grant, Role
from services.kernel.clock import utc_now
from tests.events.mailing import JOIN_URL, calendar_bytes, calendar_part, only_event, received, text_of

ADMIN = Grant(Role.admin)
COORDINATION = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"
MANAGE = re.compile(r"http://vipu\.test/manage#(\S+)")


async def a_published_event(client, **facts) -> dict:
    starts_at = utc_now() + timedelta(days=20)
    body = {
        "coordination_id": COORDINATION,
        "type": "hankekahvit",
        "title": {"fi": "Hankekahvit"},
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        "join_url": JOIN_URL,
        **facts,
    }
    made = await client("events", ADMIN).post("/v1/events", body, key=True)
    assert made.status_code == 201, made.text
    published = await client("events", ADMIN).post(f"/v1/events/{made.json()['id']}/publish", key=True)
    assert published.status_code == 200, published.text
    return published.json()


async def register(client, event: dict, name: str = "Maija Mainio") -> dict:
    email = f"{name.split(maxsplit=1)[0].lower()}@project.example"
    body = {"name": name, "email": email, "privacy_accepted": True}
    answer = await client("events").post(f"/v1/events/{event['slug']}/registrations", body, key=True)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def mails_to(applications, superuser, name: str) -> list:
    await applications.worker("events").drain()
    await applications.worker("events").drain()  # What a job queued is sent by the next sweep.
    return [mail for mail in await received(superuser) if mail["To"].addresses[0].display_name == name]


def token_in(mail) -> dict[str, str]:
    return {"X-Manage-Token": MANAGE.search(text_of(mail))[1]}


async def test_leaving_and_coming_back_by_the_links_in_the_mails_keeps_the_calendar_right(
    applications, client, superuser
):
    event = await a_published_event(client, capacity=5)
    await register(client, event)
    (confirmed,) = await mails_to(applications, superuser, "Maija Mainio")
    left = await client("events").delete("/v1/registrations/self", headers=token_in(confirmed))
    assert left.status_code < 300, left.text
    assert len(await mails_to(applications, superuser, "Maija Mainio")) == 2
    await register(client, event)
    mails = await mails_to(applications, superuser, "Maija Mainio")
    assert [calendar_part(mail).get_param("method") for mail in mails] == ["REQUEST", "CANCEL", "REQUEST"]
    entries = [only_event(calendar_bytes(mail)) for mail in mails]
    assert [entry["SEQUENCE"] for entry in entries] == [0, 1, 0]
    assert entries[0]["UID"] == entries[1]["UID"] != entries[2]["UID"]
    seen = await client("events").get("/v1/registrations/self", headers=token_in(mails[2]))
    assert seen.json()["state"] == "confirmed"


async def test_who_waited_gets_words_first_and_the_calendar_entry_with_the_seat(applications, client, superuser):
    event = await a_published_event(client, capacity=1, waiting_list="auto")
    await register(client, event)
    waits = await register(client, event, "Ville Virtanen")
    assert waits["state"] == "waitlisted"
    (queued,) = await mails_to(applications, superuser, "Ville Virtanen")
    assert calendar_part(queued) is None
    (confirmed,) = await mails_to(applications, superuser, "Maija Mainio")
    await client("events").delete("/v1/registrations/self", headers=token_in(confirmed))
    _, promoted = await mails_to(applications, superuser, "Ville Virtanen")
    assert calendar_part(promoted).get_param("method") == "REQUEST"
    assert JOIN_URL in text_of(promoted)
    assert JOIN_URL not in queued.as_string()


async def test_registering_again_and_again_mails_the_link_but_bombs_nobody(applications, client, superuser):
    event = await a_published_event(client, capacity=5)
    answers = [await register(client, event) for _ in range(8)]
    assert {answer["state"] for answer in answers} == {"confirmed"}
    confirmed, *links = await mails_to(applications, superuser, "Maija Mainio")
    assert confirmed["Subject"] == "Ilmoittautuminen vahvistettu: Hankekahvit"
    assert {mail["Subject"] for mail in links} == {"Linkki ilmoittautumiseesi: Hankekahvit"}
    assert len(links) <= 2  # One in ten minutes; a boundary may fall between two of them.
    seen = await client("events").get("/v1/registrations/self", headers=token_in(links[0]))
    assert seen.status_code == 200


async def test_a_moved_and_then_cancelled_event_follows_into_every_calendar(applications, client, superuser):
    event = await a_published_event(client, capacity=1, waiting_list="auto")
    await register(client, event)
    await register(client, event, "Ville Virtanen")
    await mails_to(applications, superuser, "Maija Mainio")
    admin = client("events", ADMIN)
    later = {
        "starts_at": (utc_now() + timedelta(days=21)).isoformat(),
        "ends_at": (utc_now() + timedelta(days=21, hours=1)).isoformat(),
    }
    read = await admin.get(f"/v1/events/{event['id']}")
    moved = await admin.patch(f"/v1/events/{event['id']}", later, headers={"If-Match": read.headers["etag"]})
    assert moved.status_code == 200, moved.text
    await mails_to(applications, superuser, "Maija Mainio")
    called_off = await admin.post(f"/v1/events/{event['id']}/cancel", {"reason": {"fi": "Sairastuminen"}}, key=True)
    assert called_off.status_code == 200, called_off.text
    mails = await mails_to(applications, superuser, "Maija Mainio")
    entries = [only_event(calendar_bytes(mail)) for mail in mails]
    assert [entry["STATUS"] for entry in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    sequences = [entry["SEQUENCE"] for entry in entries]
    assert sequences == sorted(set(sequences))
    assert "Sairastuminen" in text_of(mails[2])
    waiting = await mails_to(applications, superuser, "Ville Virtanen")
    assert len(waiting) == 3
    assert not [mail for mail in waiting if calendar_part(mail) is not None or JOIN_URL in mail.as_string()]
    feed = await client("events").get(f"/v1/events/{event['slug']}/calendar.ics")
    assert only_event(feed.content)["STATUS"] == "CANCELLED"
