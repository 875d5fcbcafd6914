"""Mails that were given up: the event's staff see them without an address and send them again."""

from datetime import timedelta

import pytest

from services.contracts.roles import Grant, Role
from services.events.mails.terms import MailKind, MailState
from services.feedback.events.service import reconcile_events
from services.kernel.clock import utc_now
from services.kernel.data.ids import secret_hash
from tests.events.mailing import a_registration, an_event, received, states, tell, text_of
from tests.events.test_feedback_invitations import LINK
from tests.events.test_mail_flow import MANAGE
from tests.factories import COORDINATION, COORDINATOR, COORDINATOR_ELSEWHERE, FUNDER

SOON = {"starts_at": utc_now() + timedelta(days=3), "ends_at": utc_now() + timedelta(days=4)}


async def parked(superuser, event) -> list[str]:
    """All mails of the event are given up; their ids, oldest first."""
    await superuser.execute(
        "UPDATE events.mails SET state = 'parked', attempts = 30, last_error = 'data-451';"
        "DELETE FROM events.mail_secrets"
    )
    rows = await superuser.fetch("SELECT id::text FROM events.mails WHERE event_id = $1 ORDER BY queued_at", event.id)
    return [row["id"] for row in rows]


async def retried(staff, event, *mail_ids: str) -> list[str]:
    answer = await staff.post(f"/v1/events/{event.id}/mails/retry", {"mail_ids": list(mail_ids)})
    assert answer.status_code == 200, answer.text
    assert [item["mail_id"] for item in answer.json()["items"]] == list(mail_ids)
    return [item["outcome"] for item in answer.json()["items"]]


async def test_a_parked_mail_is_listed_with_its_reason_and_sent_again_with_a_link_that_works(
    applications, client, superuser
):
    event = await an_event(applications, coordination_id=COORDINATION, **SOON)
    person = await a_registration(applications, event)
    await tell(applications, MailKind.confirmation, person, event, "canary-secret")
    [mail_id] = await parked(superuser, event)
    staff = client("events", COORDINATOR)
    listed = await staff.get(f"/v1/events/{event.id}/mails", state="parked")
    assert listed.status_code == 200 and listed.headers["cache-control"] == "no-store"
    [item] = listed.json()["items"]
    assert (item["id"], item["last_error"], item["registration_id"]) == (mail_id, "data-451", str(person.id))
    assert "@" not in listed.text
    await superuser.execute("UPDATE events.registrations SET name = 'Oikea Nimi', sort_key = 'Oikea Nimi'")
    assert await retried(staff, event, mail_id, mail_id) == ["queued", "not_parked"]
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    assert mail["To"].addresses[0].display_name == "Oikea Nimi"
    assert await states(superuser) == [("sent", 1, None)]
    secret = MANAGE.search(text_of(mail))[1]
    assert await superuser.fetchval("SELECT token_hash FROM events.registration_links") == secret_hash(secret)
    assert await retried(staff, event, mail_id) == ["not_parked"]


async def test_news_that_is_no_longer_so_is_not_sent_again(applications, client, superuser):
    event = await an_event(applications, coordination_id=COORDINATION, **SOON)
    over = await an_event(applications, coordination_id=COORDINATION)
    await superuser.execute(
        "UPDATE events.events SET ends_at = now(), starts_at = now() - interval '1 h' WHERE id = $1", over.id
    )
    left, late = await a_registration(applications, event), await a_registration(applications, over)
    await tell(applications, MailKind.confirmation, left, event)
    await tell(applications, MailKind.confirmation, late, over)
    [told, [too_late]] = await parked(superuser, event), await parked(superuser, over)
    await tell(applications, MailKind.cancelled, left, event)
    await applications.worker("events").drain()
    staff = client("events", COORDINATOR)
    assert await retried(staff, event, *told, too_late) == ["outdated", "not_found"]
    assert await retried(staff, over, too_late) == ["outdated"]


async def test_the_mail_to_an_earlier_address_is_sent_again_to_that_address(applications, client, superuser):
    event = await an_event(applications, coordination_id=COORDINATION, **SOON)
    person = await a_registration(applications, event, origin="public")
    staff, address = client("events", COORDINATOR), f"/v1/registrations/{person.id}"

    async def correct(email: str) -> None:
        version = (await staff.get(address)).json()["version"]
        assert (await staff.patch(address, {"email": email}, version=version)).status_code == 200

    await correct("uusi@project.example")
    removed, moved = await parked(superuser, event)
    assert await retried(staff, event, removed, moved) == ["queued", "queued"]
    await applications.worker("events").drain()
    to = [mail["To"].addresses[0].addr_spec for mail in await received(superuser)]
    assert to == [person.email, "uusi@project.example"]
    await superuser.execute("UPDATE events.mails SET to_address = $1 WHERE id::text = $2", person.email, removed)
    await parked(superuser, event)
    await correct(person.email)
    assert await retried(staff, event, removed) == ["outdated"]


async def test_a_corrected_address_gets_an_invitation_of_its_own(applications, client, superuser):
    """The ticket of the mail that waited was made for a person whose address the organiser did not choose."""
    ended = {"starts_at": utc_now() - timedelta(hours=3), "ends_at": utc_now() - timedelta(hours=2)}
    event = await an_event(applications, coordination_id=COORDINATION, attended_count=1, **ended)
    present = {"attendance": "attended", "attendance_marked_at": utc_now()}
    person = await a_registration(applications, event, origin="public", **present)
    await reconcile_events(applications.runtime("feedback"))
    await tell(applications, MailKind.feedback_invitation, person, event, "ticket")
    staff, address = client("events", COORDINATOR), f"/v1/registrations/{person.id}"
    version = (await staff.get(address)).json()["version"]
    answer = await staff.patch(address, {"email": "uusi@project.example"}, version=version)
    assert answer.status_code == 200, answer.text
    assert await superuser.fetchval("SELECT count(*) FROM events.mails") == 0
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    assert mail["To"].addresses[0].addr_spec == "uusi@project.example"
    ticket = LINK.search(text_of(mail))[2]
    kept = await superuser.fetchrow("SELECT hash, entered_by_organiser FROM feedback.tickets")
    assert tuple(kept) == (secret_hash(ticket), True)


async def test_a_list_of_mails_takes_every_kind_and_state(applications, client):
    event = await an_event(applications, coordination_id=COORDINATION, **SOON)
    every = {"kind": list(MailKind), "state": list(MailState)}
    answer = await client("events", COORDINATOR).get(f"/v1/events/{event.id}/mails", **every)
    assert answer.status_code == 200, answer.text


async def test_an_invitation_comes_anew_with_another_ticket(applications, client, superuser):
    ended = {"starts_at": utc_now() - timedelta(hours=3), "ends_at": utc_now() - timedelta(hours=2)}
    event = await an_event(applications, coordination_id=COORDINATION, attended_count=2, **ended)
    for _ in range(2):
        await a_registration(applications, event, attendance="attended", attendance_marked_at=utc_now())
    await reconcile_events(applications.runtime("feedback"))
    await applications.worker("events").drain()
    before = [LINK.search(text_of(mail))[2] for mail in await received(superuser)]
    mail_id, _ = await parked(superuser, event)
    await superuser.execute("UPDATE events.mails SET state = 'sent' WHERE id::text <> $1", mail_id)
    assert await retried(client("events", COORDINATOR), event, mail_id) == ["asked_anew"]
    for _ in range(2):
        await applications.worker("events").drain()
    tickets = [LINK.search(text_of(mail))[2] for mail in await received(superuser)]
    assert len(set(tickets)) == 3 and set(before) < set(tickets)


@pytest.mark.parametrize(
    ("grants", "read", "written"),
    [
        ((), 401, 401),
        ((FUNDER,), 403, 403),
        ((COORDINATOR_ELSEWHERE,), 404, 404),
        ((Grant(Role.project_contact, project_id=COORDINATION),), 403, 403),
        ((COORDINATOR,), 200, 200),
    ],
)
async def test_only_the_staff_see_and_send_mails_again(applications, client, superuser, grants, read, written):
    event = await an_event(applications, coordination_id=COORDINATION, **SOON)
    await tell(applications, MailKind.confirmation, await a_registration(applications, event), event)
    [mail_id] = await parked(superuser, event)
    caller, address = client("events", *grants), f"/v1/events/{event.id}/mails"
    assert (await caller.get(address)).status_code == read
    assert (await caller.post(f"{address}/retry", {"mail_ids": [mail_id]})).status_code == written
    assert await states(superuser) == [("queued", 0, None) if written == 200 else ("parked", 30, "data-451")]
