"""Registrations are limited: by mailbox and by caller."""

from sqlalchemy.event import listen

from tests.events.test_registrations import counts, kinds, register
from tests.factories import (
    ADMIN,
    COORDINATOR,
    an_event,
    person,
)


async def test_a_mailbox_cannot_be_bombed_by_registering_it_under_many_names(client, superuser):
    event = await an_event(client("events", COORDINATOR))
    spellings = ["uhri@yritys.example", "UHRI@yritys.example", "uhri+{}@yritys.example"]
    answers = [
        await register(client, event, number, email=spellings[number % 3].format(number)) for number in range(33)
    ]
    assert {(a.status_code, a.json()["state"]) for a in answers} == {(201, "confirmed")}
    assert await counts(superuser) == (33, 0, 0)
    assert len(await kinds(superuser)) == 30
    # Mails to another address are not counted, nor are those that the staff cause.
    await register(client, event, 40)
    staff = client("events", COORDINATOR)
    await staff.post(f"/v1/events/{event['id']}/registrations", person(41, email="uhri@yritys.example"))
    assert len(await kinds(superuser)) == 32


async def test_who_asks_too_often_is_refused_without_a_connection_of_the_database(
    applications, change_settings, client
):
    event = await an_event(client("events", ADMIN))
    change_settings("events", public_rate="1/minute")
    address, taken = f"/v1/events/{event['id']}/registrations", []
    database = applications.runtime("events").database
    for engine in (database.writer, database.shared_writer):
        listen(engine.sync_engine, "checkout", lambda *_: taken.append("connection"))
    assert (await client("events").post(address, person(1))).status_code == 201
    assert taken
    taken.clear()
    refused = await client("events").post(address, person(2))
    assert (refused.status_code, refused.json()["code"], taken) == (429, "too-many-requests", [])
