"""The first mail to show a change names it, whatever the mail is for."""

import pytest

from services.events.mails.sending import SEND_MAILS
from tests.events.mailing import received, text_of
from tests.events.news import LATER, LINK, NEW_TIME, VENUE, five_minutes_pass, named_in, news, patched, register, sent
from tests.events.test_races import a_link
from tests.factories import COORDINATOR, an_event


@pytest.fixture(autouse=True)
def gathered(change_settings):
    """Changes are gathered for five minutes, as they are by default."""
    change_settings("events", news_after_minutes=5)


async def queued_news(applications, superuser):
    """Queue the mails about changes; the mail server takes none yet."""
    await superuser.execute("UPDATE events.events SET news_due_at = clock_timestamp() WHERE news_due_at IS NOT NULL")
    await applications.worker("events").drain()
    deferred = "UPDATE events.mails SET due_at = clock_timestamp() + interval '1 h' WHERE kind = 'event_changed'"
    assert await superuser.execute(deferred) == "UPDATE 1"


async def corrected(client, registration_id, email):
    staff = client("events", COORDINATOR)
    address = f"/v1/registrations/{registration_id}"
    version = (await staff.get(address)).json()["version"]
    answer = await staff.patch(address, {"email": email}, version=version)
    assert answer.status_code == 200, answer.text


async def test_a_link_that_anybody_may_ask_for_names_the_change_that_it_is_the_first_to_show(
    client, applications, superuser
):
    event = await an_event(client("events", COORDINATOR), **VENUE, capacity=1, waiting_list="auto")
    for number in (1, 2):
        await register(client, event, number, mode="onsite")
    await sent(applications)
    await patched(client, event, LATER)
    for number in (1, 2, 1):
        asked = {"email": f"henkilo{number}@yritys.example"}
        address = f"/v1/events/{event['id']}/registrations/manage-links"
        assert (await client("events").post(address, asked)).status_code == 202
        await SEND_MAILS.run(applications.runtime("events"))
        await superuser.execute("UPDATE events.mails SET dedupe_key = id::text")  # Ten minutes pass.
    await five_minutes_pass(applications, superuser)
    assert await news(superuser) == []
    seated, waiting, again = (await received(superuser))[2:]
    assert named_in(seated) == named_in(waiting) == {"Aika": NEW_TIME}
    assert named_in(again) == {}


async def test_a_seat_from_the_waiting_list_names_the_change_and_no_link_that_is_the_persons_first(
    client, applications, superuser
):
    event = await an_event(
        client("events", COORDINATOR), **{**VENUE, "mode": "online"}, **LINK, capacity=1, waiting_list="auto"
    )
    seated, _ = await register(client, event, 1), await register(client, event, 2)
    await sent(applications)
    await patched(client, event, {**LATER, "join_url": "https://meet.example/toka"})
    left = await client("events").delete("/v1/registrations/self", headers=await a_link(superuser, seated))
    assert left.status_code == 200
    await sent(applications)
    [mail] = [mail for mail in await received(superuser) if str(mail["Subject"]).startswith("Sait paikan")]
    assert named_in(mail) == {"Aika": NEW_TIME}
    assert "https://meet.example/toka" in text_of(mail)


async def test_a_corrected_address_takes_the_waiting_news_along(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR), **VENUE, **LINK)
    registration_id = await register(client, event, mode="onsite")
    await sent(applications)
    await patched(client, event, {"venue": {"fi": "Kalevankulma"}})
    await queued_news(applications, superuser)
    await corrected(client, registration_id, "uusi@yritys.example")
    await sent(applications)
    await patched(client, event, LATER)
    await superuser.execute("UPDATE events.mails SET due_at = clock_timestamp() WHERE state = 'queued'")
    await five_minutes_pass(applications, superuser)
    _, removed, moved, changed = await received(superuser)
    to = [mail["To"].addresses[0].addr_spec for mail in (removed, moved, changed)]
    assert to == ["henkilo1@yritys.example", "uusi@yritys.example", "uusi@yritys.example"]
    assert named_in(moved) == {"Paikka": "Säätytalo, Snellmaninkatu 9 → Kalevankulma, Snellmaninkatu 9"}
    assert named_in(changed) == {"Aika": NEW_TIME}


async def test_a_person_corrected_before_their_confirmation_was_sent_gets_the_news_from_their_registering(
    client, applications, superuser
):
    event = await an_event(client("events", COORDINATOR), **VENUE)
    registration_id = await register(client, event, mode="onsite")
    await patched(client, event, LATER)
    await corrected(client, registration_id, "uusi@yritys.example")
    await corrected(client, registration_id, "uusin@yritys.example")
    await five_minutes_pass(applications, superuser)
    mails = await received(superuser)
    to = [mail["To"].addresses[0].addr_spec for mail in mails]
    assert to == ["henkilo1@yritys.example", "uusi@yritys.example", "uusin@yritys.example"]
    assert named_in(mails[-1]) == {"Aika": NEW_TIME}


async def test_news_that_wait_when_the_event_is_cancelled_are_not_sent(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR), **VENUE)
    await register(client, event, mode="onsite")
    await sent(applications)
    await patched(client, event, LATER)
    await queued_news(applications, superuser)
    staff = client("events", COORDINATOR)
    cancelled = await staff.post(f"/v1/events/{event['id']}/cancel", {"reason": {"fi": "Sairastuminen"}})
    assert cancelled.status_code == 200
    await superuser.execute("UPDATE events.mails SET due_at = clock_timestamp() WHERE state = 'queued'")
    for _ in range(2):
        await sent(applications)
    assert await news(superuser) == []
    kinds = await superuser.fetch("SELECT kind FROM events.mails ORDER BY queued_at")
    assert [row["kind"] for row in kinds] == ["confirmation", "event_cancelled"]
