"""Messages: they are announced with the fact, relayed at least once, take effect once, and are parked at last."""

import json
from datetime import timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import httpx
import pytest

from services.contracts.roles import Grant, Role
from services.kernel.background import outbox
from services.kernel.background.messages import Announcement, CloudEvent
from services.kernel.background.outbox import Relay, announce, announce_all
from services.kernel.web.errors import UnknownMessage
from tests.plans import leave_only_nested_loops

SERVICE = Grant(Role.service)


class KettleBoiled(Announcement):
    """A fact of these tests."""

    kind: ClassVar[str] = "vipu.kettle.boiled.v1"
    kettle_id: UUID


def cloud_event(**changes):
    body = {
        "specversion": "1.0", "id": str(uuid4()), "source": "/api/registry", "type": KettleBoiled.kind, "subject": "x",
        "time": "2026-01-01T00:00:00Z", "datacontenttype": "application/json", "data": {"kettle_id": str(uuid4())},
    }  # fmt: skip
    return CloudEvent.model_validate({**body, **changes})


def relay(applications, subscribers, client=None):
    runtime = applications.runtime("registry")
    return Relay(
        runtime.database,
        source="/api/registry",
        client=client or runtime.client,
        token=runtime.token,
        subscribers=subscribers,
    )


async def test_a_rolled_back_fact_is_not_announced(applications, outbox_kinds):
    with pytest.raises(LookupError):
        async with applications.runtime("registry").database.transaction() as session:
            await announce(session, KettleBoiled(kettle_id=uuid4()))
            raise LookupError
    assert await outbox_kinds("registry") == []


async def test_a_message_without_a_subscriber_is_concluded(applications, superuser):
    async with applications.runtime("registry").database.transaction() as session:
        await announce(session, KettleBoiled(kettle_id=uuid4()))
    assert await relay(applications, {}).run() == 0
    assert await superuser.fetchval("SELECT count(*) FROM registry.outbox WHERE state <> 'sent'") == 0


async def test_a_message_that_cannot_be_delivered_waits_and_is_parked_at_last(applications, superuser, monkeypatch):
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 2)
    async with applications.runtime("registry").database.transaction() as session:
        await announce(session, KettleBoiled(kettle_id=uuid4()))
    nowhere = relay(applications, {"http://nowhere.vipu": (KettleBoiled.kind,)})
    for _ in range(2):
        assert await nowhere.run() == 0
        await superuser.execute("UPDATE registry.outbox SET due_at = now() - interval '1 second'")
    kept = await superuser.fetchrow("SELECT state, last_error, attempts FROM registry.outbox")
    assert tuple(kept) == ("parked", "ConnectError", 2)


async def test_a_message_takes_effect_once_however_often_it_is_delivered(applications):
    seen = []

    async def receive(_, messages):
        seen.extend(data["kettle_id"] for data in messages)

    message, receivers = cloud_event(), {KettleBoiled.kind: receive}
    for _ in range(3):
        async with applications.runtime("registry").database.transaction() as session:
            await outbox.receive(session, [message], receivers)
    assert len(seen) == 1


async def test_messages_of_one_receiver_are_handed_over_together_whatever_lies_between(applications):
    """Rows of one copy that a batch changes are locked by one statement, in the order of their ids."""
    handed = []

    async def keep(_, messages):
        handed.append(("keep", [data["number"] for data in messages]))

    async def drop(_, messages):
        handed.append(("drop", [data["number"] for data in messages]))

    receivers = {"vipu.kettle.boiled.v1": keep, "vipu.kettle.cooled.v1": keep, "vipu.kettle.sold.v1": drop}
    kinds = ("sold", "cooled", "boiled", "sold", "cooled")
    messages = [
        cloud_event(type=f"vipu.kettle.{kind}.v1", data={"number": number}) for number, kind in enumerate(kinds)
    ]
    async with applications.runtime("registry").database.transaction() as session:
        await outbox.receive(session, messages, receivers)
    assert handed == [("keep", [1, 2, 4]), ("drop", [0, 3])]


async def test_a_failed_effect_is_tried_again(applications):
    seen = []

    async def receive(_, messages):
        seen.extend(messages)
        if len(seen) == 1:
            raise LookupError

    message, receivers = cloud_event(), {KettleBoiled.kind: receive}
    with pytest.raises(LookupError):
        async with applications.runtime("registry").database.transaction() as session:
            await outbox.receive(session, [message], receivers)
    async with applications.runtime("registry").database.transaction() as session:
        assert await outbox.receive(session, [message], receivers)


async def test_one_bad_message_does_not_delay_the_others(applications, superuser):
    """The receiver refuses a batch with one unreadable project, and accepts the good message when it is sent alone."""
    good = {
        "project_id": str(uuid4()),
        "project_kind": "coordination",
        "leads": True,
        "slug": "hyva",
        "name": {"fi": "Hyvä"},
        "version": 1,
    }
    for position, data in enumerate(({"leads": True}, good)):
        await superuser.execute(
            "INSERT INTO registry.outbox (id, kind, subject, data) VALUES ($1, 'vipu.project.created.v1', $1, $2)",
            UUID(int=position + 1),
            data,
        )
    subscribers = {"http://events.vipu": ("vipu.project.created.v1",)}
    assert await relay(applications, subscribers).run() == 1
    found = "SELECT slug FROM events.coordinations WHERE id = $1"
    assert await superuser.fetchval(found, UUID(str(good["project_id"]))) == "hyva"
    assert await superuser.fetchval("SELECT id FROM registry.outbox WHERE state <> 'sent'") == UUID(int=1)


async def test_a_message_goes_to_its_subscribers_alone(applications, superuser):
    fact = {
        "project_id": str(UUID(int=7)),
        "project_kind": "coordination",
        "leads": True,
        "slug": "oma",
        "name": {"fi": "Oma"},
        "version": 1,
    }
    await superuser.execute(
        "INSERT INTO registry.outbox (id, kind, subject, data) VALUES ($1, 'vipu.project.created.v1', $1, $2)",
        UUID(int=7),
        fact,
    )
    # The service that does not subscribe to this kind does not exist: a request to it would fail.
    subscribers = {"http://nowhere.vipu": (KettleBoiled.kind,), "http://events.vipu": ("vipu.project.created.v1",)}
    assert await relay(applications, subscribers).run() == 1
    assert await superuser.fetchval("SELECT slug FROM events.coordinations WHERE id = $1", UUID(int=7)) == "oma"


async def test_a_message_of_a_kind_without_a_receiver_is_kept_by_its_sender(applications, client, superuser):
    async with applications.runtime("registry").database.transaction() as session:
        await announce(session, KettleBoiled(kettle_id=uuid4()))
    assert await relay(applications, {"http://events.vipu": (KettleBoiled.kind,)}).run() == 0
    assert await superuser.fetchval("SELECT state = 'queued' FROM registry.outbox")
    assert await superuser.fetchval("SELECT count(*) FROM events.inbox") == 0
    message = cloud_event().model_dump(mode="json")
    answer = await client("events", SERVICE).post("/v1/messages", {"messages": [message]})
    assert (answer.status_code, answer.json()["code"], answer.json()["kind"]) == (
        422,
        "unknown-message",
        KettleBoiled.kind,
    )


async def test_a_message_takes_effect_once_its_kind_has_a_receiver(applications):
    seen, message = [], cloud_event()

    async def receive(_, messages):
        seen.extend(messages)

    database = applications.runtime("registry").database
    with pytest.raises(UnknownMessage):
        async with database.transaction() as session:
            await outbox.receive(session, [message], {})
    async with database.transaction() as session:
        assert await outbox.receive(session, [message], {KettleBoiled.kind: receive})
    assert len(seen) == 1


@pytest.mark.parametrize(
    "data",
    [{}, {"project_id": 7}, {"project_id": None, "name": [[[]]]}, {"slug": "\ud800"}, {"x" * 100: 2**63}],
    ids=["nothing", "number", "deep", "surrogate", "others"],
)
async def test_data_that_do_not_fit_the_kind_are_refused(client, superuser, data):
    message = {**cloud_event().model_dump(mode="json"), "type": "vipu.project.created.v1", "data": data}
    body = json.dumps({"messages": [message]}).encode()
    headers = {"Content-Type": "application/json"}
    answer = await client("events", SERVICE).send("POST", "/v1/messages", content=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert await superuser.fetchval("SELECT count(*) FROM events.inbox") == 0


@pytest.mark.parametrize(
    ("status", "posts"), [(200, 1), (202, 1), (422, 4), (500, 4), (302, 1), (401, 1), (404, 1), (429, 1), (503, 1)]
)
async def test_only_a_failure_that_one_message_may_cause_has_them_sent_one_by_one(applications, status, posts):
    batch_sizes = []

    def answer(request):
        batch_sizes.append(len(json.loads(request.content)["messages"]))
        return httpx.Response(status)

    async with applications.runtime("registry").database.transaction() as session:
        for _ in range(3):
            await announce(session, KettleBoiled(kettle_id=uuid4()))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        delivered = await relay(applications, {"http://standin": (KettleBoiled.kind,)}, client).run()
    assert (len(batch_sizes), batch_sizes[0], delivered) == (posts, 3, 3 if status < 300 else 0)


@pytest.mark.own_database
async def test_messages_are_relayed_in_whole_batches_in_their_order_whatever_the_plan(
    applications, superuser, database_name, monkeypatch
):
    monkeypatch.setattr(outbox, "RELAY_BATCH", 10)
    await leave_only_nested_loops(superuser, database_name, "registry")
    facts = [KettleBoiled(kettle_id=uuid4()) for _ in range(25)]
    async with applications.runtime("registry").database.transaction() as session:
        ids = await announce_all(session, facts)
    batches = []

    def take(request):
        batches.append([message["id"] for message in json.loads(request.content)["messages"]])
        return httpx.Response(202)

    async with httpx.AsyncClient(transport=httpx.MockTransport(take)) as client:
        assert await relay(applications, {"http://standin": (KettleBoiled.kind,)}, client).run() == 25
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [message_id for batch in batches for message_id in batch] == [str(message_id) for message_id in ids]


async def test_a_message_that_another_worker_delivered_meanwhile_stays_delivered(applications, superuser):
    async with applications.runtime("registry").database.transaction() as session:
        await announce(session, KettleBoiled(kettle_id=uuid4()))

    async def fail_slowly(_):
        await superuser.execute("UPDATE registry.outbox SET state = 'sent', sent_at = now()")
        return httpx.Response(503)

    async with httpx.AsyncClient(transport=httpx.MockTransport(fail_slowly)) as client:
        assert await relay(applications, {"http://standin": (KettleBoiled.kind,)}, client).run() == 0
    assert await superuser.fetchval("SELECT state FROM registry.outbox") == "sent"


@pytest.mark.parametrize(("attempts", "seconds"), [(2, 8), (4, 32), (8, 300), (200, 300)])
async def test_a_message_waits_longer_each_time_but_never_long(applications, superuser, attempts, seconds):
    async with applications.runtime("registry").database.transaction() as session:
        await announce(session, KettleBoiled(kettle_id=uuid4()))
    await superuser.execute("UPDATE registry.outbox SET attempts = $1", attempts)
    await relay(applications, {"http://nowhere.vipu": (KettleBoiled.kind,)}).run()
    waits = await superuser.fetchval("SELECT due_at - clock_timestamp() FROM registry.outbox")
    assert timedelta(0) < waits <= timedelta(seconds=seconds)
    assert waits > timedelta(seconds=seconds) / 2


def test_a_sibling_may_be_away_for_three_days():
    waits = timedelta(seconds=sum(min(2**attempt, 300) for attempt in range(1, outbox.MAX_ATTEMPTS)))
    assert timedelta(days=3) <= waits < timedelta(days=3, hours=1)
