"""The admission queue: a batch is admitted in one transaction, and each is answered as if they had come alone."""

import asyncio
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from services.events.events import seats
from services.events.registrations import admission_queue
from tests.apps import apps_over, finish
from tests.client import ApiClient
from tests.events.unguarded import GUARDS, remove_guards
from tests.factories import COORDINATOR, an_event, person

TRANSACTIONS = "SELECT count(DISTINCT xmin::text) FROM events.registrations"
# Whom this connection keeps waiting.
BLOCKED = "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
COUNTERS = "SELECT confirmed_count, waiting_count, queue_tail FROM events.events WHERE id = $1"
ROWS = "SELECT state, count(*) FROM events.registrations WHERE event_id = $1 GROUP BY state"
KINDS = "SELECT kind, count(*) FROM events.mails GROUP BY kind"


class Queue:
    """An event whose admissions are held up, so that who comes meanwhile is admitted together."""

    def __init__(self, client, applications, event):
        self.client, self.applications, self.event = client, applications, event
        self.posted = []

    def register(self, number, *, key=None, **facts):
        headers = {"Idempotency-Key": key} if key else {}
        address = f"/v1/events/{self.event['id']}/registrations"
        return self.client("events").post(address, person(number, **facts), headers=headers)

    async def come(self, number, **facts):
        """Post, and be seen to wait: the order of coming is the order of waiting."""
        before = self.waiting
        post = asyncio.create_task(self.register(number, **facts))
        self.posted.append(post)
        while self.waiting == before and not post.done():  # noqa: ASYNC110 - The product has no event for tests.
            await asyncio.sleep(0)
        return post

    @property
    def waiting(self):
        batcher = getattr(self.applications.apps["events"].state, "admission_batcher", None)
        return batcher.waiting_for(self.event["id"]) if batcher else 0

    async def answers(self):
        return await asyncio.gather(*self.posted)


@asynccontextmanager
async def held_up(client, applications, superuser, event, **facts):
    """Somebody (number 0) is being admitted and cannot be: the event is locked. Who comes now, waits."""
    queue = Queue(client, applications, event)
    async with superuser.transaction():
        await superuser.execute("SELECT FROM events.events WHERE id = $1 FOR UPDATE", event["id"])
        first = asyncio.create_task(queue.register(0, **facts))
        queue.posted.append(first)
        while not await superuser.fetch(BLOCKED):  # noqa: ASYNC110 - PostgreSQL tells nobody.
            await asyncio.sleep(0.01)
        yield queue


async def counters(superuser, event):
    return tuple(await superuser.fetchrow(COUNTERS, event["id"]))


async def counted(superuser, statement, *arguments):
    return {row[0]: row[1] for row in await superuser.fetch(statement, *arguments)}


async def test_who_waits_together_is_admitted_in_one_transaction_in_the_order_of_coming(
    client, applications, superuser
):
    event = await an_event(client("events", COORDINATOR), capacity=5, waiting_list="auto", waiting_capacity=4)
    async with held_up(client, applications, superuser, event) as queue:
        for number in range(1, 12):
            await queue.come(number, key=str(uuid4()))
    told = [(a.status_code, a.json().get("state"), a.json().get("queue_place")) for a in await queue.answers()]
    seated, waiting, refused = (
        (201, "confirmed", None),
        [(201, "waitlisted", n) for n in (1, 2, 3, 4)],
        (409, None, None),
    )
    assert told == [seated] * 5 + waiting + [refused] * 3
    assert await superuser.fetchval(TRANSACTIONS) == 2
    assert await counters(superuser, event) == (5, 4, 4)
    assert await counted(superuser, ROWS, event["id"]) == {"confirmed": 5, "waitlisted": 4}
    queued = await superuser.fetch(
        "SELECT email FROM events.registrations WHERE queue_position > 0 ORDER BY queue_position"
    )
    assert [row[0] for row in queued] == [f"henkilo{number}@yritys.example" for number in (5, 6, 7, 8)]
    came = await superuser.fetch("SELECT email FROM events.registrations ORDER BY created_at")
    assert [row[0] for row in came] == [f"henkilo{number}@yritys.example" for number in range(9)]


async def test_each_of_them_has_an_announcement_a_mail_a_link_and_a_kept_answer(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=3, waiting_list="auto")
    async with held_up(client, applications, superuser, event) as queue:
        for number in range(1, 6):
            await queue.come(number, key=str(uuid4()), organisation=["Yksi Oy", "YKSI  oy", None][number % 3])
    told = {answer.json()["id"]: answer.json()["state"] for answer in await queue.answers()}
    announced = await superuser.fetch("SELECT kind, subject FROM events.outbox WHERE kind LIKE '%registration%'")
    assert {str(row["subject"]): row["kind"].split(".")[2] for row in announced} == told
    assert len(announced) == 6
    mails = await superuser.fetch(
        "SELECT registration_id, kind, to_address, secret FROM events.mails JOIN events.mail_secrets ON mail_id = id"
    )
    kinds = {"confirmed": "confirmation", "waitlisted": "queued"}
    assert {str(row["registration_id"]): row["kind"] for row in mails} == {i: kinds[s] for i, s in told.items()}
    assert len({row["secret"] for row in mails}) == len({row["to_address"] for row in mails}) == 6
    for row in mails:
        seen = await client("events").get("/v1/registrations/self", headers={"X-Manage-Token": row["secret"]})
        assert (seen.json()["id"], seen.json()["email"]) == (str(row["registration_id"]), row["to_address"])
    assert await superuser.fetchval("SELECT count(*) FROM events.idempotency_answers") == 5
    organisations = await superuser.fetch(
        "SELECT organisation_key, registered FROM events.event_organisation_counts ORDER BY 1"
    )
    assert [tuple(row) for row in organisations] == [("yksi oy", 3), ("yritys 0 oy", 1)]


async def test_one_key_twice_among_them_has_one_effect_and_is_answered_again_later(client, applications, superuser):
    event, key, other = await an_event(client("events", COORDINATOR)), str(uuid4()), str(uuid4())
    before = await Queue(client, applications, event).register(9, key=other)
    async with held_up(client, applications, superuser, event) as queue:
        await queue.come(1, key=key)
        same, changed = await queue.come(1, key=key), await queue.come(2, key=key)
        await queue.come(9, key=other)
        await queue.come(8, key=other)
        await queue.come(3)
    _, first, _, _, again, reused, fresh = await queue.answers()
    for refused in (same.result(), changed.result(), reused):
        assert refused.status_code == 409 and refused.json()["code"] == "idempotency-in-progress"
        assert refused.headers["retry-after"]
    assert (first.status_code, fresh.status_code, again.status_code) == (201, 201, 201)
    assert (again.content, again.headers["idempotency-replayed"]) == (before.content, "true")
    replayed, changed = await queue.register(1, key=key), await queue.register(2, key=key)
    assert (replayed.content, replayed.headers["idempotency-replayed"]) == (first.content, "true")
    assert replayed.headers["content-type"] == first.headers["content-type"]
    assert (changed.status_code, changed.json()["code"]) == (422, "idempotency-key-reused")
    assert await counters(superuser, event) == (4, 0, 0)


async def test_a_key_that_another_process_is_using_is_in_progress(
    client, applications, all_settings, database, superuser
):
    event, key = await an_event(client("events", COORDINATOR)), str(uuid4())
    address = f"/v1/events/{event['id']}/registrations"
    process = apps_over(database.databases, all_settings)
    async with held_up(client, applications, superuser, event, key=key) as queue:
        elsewhere = ApiClient(process.client, "http://events.vipu", None)
        refused = await elsewhere.post(address, person(0), headers={"Idempotency-Key": key})
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency-in-progress")
    assert refused.headers["retry-after"]
    assert [answer.status_code for answer in await queue.answers()] == [201]
    await finish(process)


async def test_one_person_twice_among_them_has_one_seat_and_both_answers(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=3)
    async with held_up(client, applications, superuser, event) as queue:
        await queue.come(1, key=str(uuid4()))
        await queue.come(1, key=str(uuid4()), email="HENKILO1+toinen@Yritys.example")
        await queue.come(2)
        await queue.come(1)
        await queue.come(3)
    first, one, again, two, late, three = await queue.answers()
    assert [a.status_code for a in (first, one, again, two, late, three)] == [201, 201, 201, 201, 409, 409]
    assert one.json() == again.json() and two.json()["id"] != one.json()["id"]
    assert late.json()["code"] == three.json()["code"] == "event-full"
    assert await counters(superuser, event) == (3, 0, 0)
    assert await counted(superuser, KINDS) == {"confirmation": 3, "manage_link": 1}


async def test_who_is_known_takes_nothing_from_those_behind(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=3, waiting_list="auto", waiting_capacity=1)
    known = await Queue(client, applications, event).register(7)
    async with held_up(client, applications, superuser, event) as queue:
        for number in (7, 1, 7, 2, 7, 3):
            await queue.come(number)
    _, *answers = await queue.answers()
    told = [(a.status_code, a.json().get("state"), a.json().get("queue_place")) for a in answers]
    assert told == [
        (201, "confirmed", None),
        (201, "confirmed", None),
        (201, "waitlisted", 1),
        (201, "waitlisted", 1),
        (409, None, None),
        (409, None, None),
    ]
    assert {answers[0].json()["id"], answers[2].json()["id"]} == {known.json()["id"]}
    assert await counters(superuser, event) == (3, 1, 1)
    assert await counted(superuser, KINDS) == {"confirmation": 3, "queued": 1, "manage_link": 1}


@pytest.mark.own_database
async def test_one_bad_row_fails_alone(client, applications, superuser, capsys):
    await superuser.execute("ALTER TABLE events.registrations ADD CHECK (name <> 'Rikki')")
    event = await an_event(client("events", COORDINATOR), capacity=4, waiting_list="auto")
    async with held_up(client, applications, superuser, event) as queue:
        for number in range(1, 6):
            await queue.come(number, key=str(uuid4()), **({"name": "Rikki"} if number == 2 else {}))
    answers = await queue.answers()
    assert [answer.status_code for answer in answers] == [201, 201, 422, 201, 201, 201]
    assert answers[2].headers["content-type"] == "application/problem+json"
    assert await counters(superuser, event) == (4, 1, 1)
    assert await counted(superuser, ROWS, event["id"]) == {"confirmed": 4, "waitlisted": 1}
    assert await counted(superuser, KINDS) == {"confirmation": 4, "queued": 1}
    assert await superuser.fetchval("SELECT count(*) FROM events.idempotency_answers") == 4


async def test_a_caller_who_hangs_up_while_waiting_is_not_admitted_and_harms_nobody(client, applications, superuser):
    event, key = await an_event(client("events", COORDINATOR)), str(uuid4())
    async with held_up(client, applications, superuser, event) as queue:
        await queue.come(1)
        gone = await queue.come(2, key=key)
        await queue.come(3)
        gone.cancel()
        queue.posted.remove(gone)
    assert {answer.status_code for answer in await queue.answers()} == {201}
    assert await counters(superuser, event) == (3, 0, 0)
    assert (await queue.register(2, key=key)).status_code == 201


async def test_a_caller_who_hangs_up_while_being_admitted_harms_nobody_and_may_ask_again(
    client, applications, superuser
):
    event, key = await an_event(client("events", COORDINATOR)), str(uuid4())
    async with held_up(client, applications, superuser, event) as queue:
        queue.posted[0].cancel()
        await queue.come(1, key=key)
        del queue.posted[0]
    assert [answer.status_code for answer in await queue.answers()] == [201]
    assert (await queue.register(0)).status_code == 201
    assert await counters(superuser, event) == (2, 0, 0)


async def test_what_did_not_hold_under_the_lock_is_tried_one_by_one_then_put_off(
    client, applications, superuser, monkeypatch
):
    event = await an_event(client("events", COORDINATOR))
    take_seats, refused = seats.take_seats, []

    async def refuse_together(session, ledger):
        if ledger.seated_count > 1:
            refused.append(ledger.seated_count)
            return False
        return await take_seats(session, ledger)

    monkeypatch.setattr(seats, "take_seats", refuse_together)
    async with held_up(client, applications, superuser, event) as queue:
        for number in (1, 2, 3):
            await queue.come(number)
    assert ({answer.status_code for answer in await queue.answers()}, refused) == ({201}, [3])

    async def refuse(session, ledger):
        return False

    monkeypatch.setattr(seats, "take_seats", refuse)
    late = await queue.register(4)
    assert (late.status_code, late.json()["code"]) == (503, "unavailable") and late.headers["retry-after"]
    assert await counters(superuser, event) == (4, 0, 0)


async def test_registration_that_closes_in_the_last_instant_takes_nobody(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR))
    async with held_up(client, applications, superuser, event) as queue:
        await queue.come(1)
        await superuser.execute("UPDATE events.events SET registration_closes_at = clock_timestamp()")
    answers = await queue.answers()
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(409, "registration-closed")] * 2
    assert await counters(superuser, event) == (0, 0, 0)


async def test_behind_a_long_queue_one_is_sent_away_and_other_events_go_on(
    client, applications, superuser, monkeypatch
):
    monkeypatch.setattr(admission_queue, "MAX_WAITING", 3)
    staff = client("events", COORDINATOR)
    event, other = await an_event(staff), await an_event(staff, title={"fi": "Toinen"})
    async with held_up(client, applications, superuser, event) as queue:
        for number in range(1, 4):
            await queue.come(number)
        sent_away = await queue.register(4)
        elsewhere = await Queue(client, applications, other).register(4)
    assert (sent_away.status_code, sent_away.json()["code"]) == (503, "unavailable")
    assert sent_away.headers["retry-after"] == "2"
    assert elsewhere.status_code == 201
    assert {answer.status_code for answer in await queue.answers()} == {201}
    assert await counters(superuser, event) == (4, 0, 0)


async def test_a_lost_connection_is_told_to_all_whom_it_concerns_and_to_nobody_else(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR))
    async with held_up(client, applications, superuser, event) as queue:
        await queue.come(1)
        await superuser.execute(f"SELECT pg_terminate_backend(pid) FROM ({BLOCKED})")
        lost = await queue.posted[0]
    assert (lost.status_code, lost.json()["code"], lost.headers["retry-after"]) == (503, "unavailable", "2")
    assert (await queue.posted[1]).status_code == 201
    assert (await queue.register(0)).status_code == 201
    assert await counters(superuser, event) == (2, 0, 0)


async def test_the_end_of_the_service_waits_for_those_who_wait(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR))
    async with held_up(client, applications, superuser, event) as queue:
        await queue.come(1)
        ending = asyncio.create_task(applications.runtime("events").finishing[0]())
        done, _ = await asyncio.wait([ending], timeout=0.1)
        assert not done
    await ending
    assert {answer.status_code for answer in await queue.answers()} == {201}


async def test_a_stranger_may_not_force_and_an_unknown_event_is_not_found(client, applications, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=0)
    queue = Queue(client, applications, event)
    assert (await queue.register(1, force_reason="Puhuja")).status_code == 403
    answers = await asyncio.gather(
        *(client("events").post(f"/v1/events/{uuid4()}/registrations", person(number)) for number in range(3))
    )
    assert {(a.status_code, a.json()["code"]) for a in answers} == {(404, "not-found")}


@pytest.mark.parametrize("guards", GUARDS)
async def test_only_the_guards_keep_two_queues_from_one_seat(client, superuser, monkeypatch, guards):
    """The negative control. By its id and by its name one event has two queues, as it has in two processes."""
    remove_guards(monkeypatch, guards, asyncio.Barrier(2))
    event = await an_event(client("events", COORDINATOR), capacity=1)
    addresses = [f"/v1/events/{event[name]}/registrations" for name in ("id", "slug")]
    answers = await asyncio.gather(
        *(client("events").post(address, person(number)) for number, address in enumerate(addresses))
    )
    statuses = {"lock and update": [201, 409], "update": [201, 503], "none": [201, 201]}[guards]
    assert sorted(answer.status_code for answer in answers) == statuses
    assert await counted(superuser, ROWS, event["id"]) == {"confirmed": statuses.count(201)}


async def test_two_queues_at_one_event_share_its_seats_and_its_queue(client, superuser):
    event = await an_event(client("events", COORDINATOR), capacity=30, waiting_list="auto")
    addresses = [f"/v1/events/{event[name]}/registrations" for name in ("id", "slug")]
    answers = await asyncio.gather(
        *(client("events").post(addresses[number % 2], person(number // 3), key=True) for number in range(120))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await counters(superuser, event) == (30, 10, 10)
    queue = await superuser.fetch(
        "SELECT queue_position FROM events.registrations WHERE state = 'waitlisted' ORDER BY 1"
    )
    assert [row[0] for row in queue] == list(range(1, 11))
    assert await superuser.fetchval("SELECT sum(registered) FROM events.event_organisation_counts") == 40
