"""Nothing in a public answer tells whether a person or an address is registered: not its words, and not its time."""

import asyncio
import time

from services.events.registrations.answer_times import ENOUGH_TOGETHER, AnswerTime
from tests.factories import ADMIN, COORDINATOR, an_event, person, registrations_of

KINDS = ("never registered", "registered", "cancelled earlier", "waiting")
# Headers whose values differ from request to request.
_OWN = frozenset({"location", "x-request-id", "traceparent", "ratelimit", "date"})


async def four_kinds(client, superuser, *, title: str = "Tilaisuus") -> tuple[str, dict[str, dict[str, object]]]:
    """The address of an event's registrations, and a person of each kind."""
    staff = client("events", COORDINATOR)
    event = await an_event(client("events", ADMIN), title={"fi": title}, capacity=2, waiting_list="auto")
    _, cancelled, *_ = await registrations_of(staff, event, 4)  # The fourth waits for good, the third moves up.
    assert (await staff.post(f"/v1/registrations/{cancelled}/cancel")).status_code == 200
    rows = await superuser.fetch(
        "SELECT state FROM events.registrations WHERE event_id = $1 ORDER BY email", event["id"]
    )
    assert [row["state"] for row in rows] == ["confirmed", "cancelled", "confirmed", "waitlisted"]
    numbers = dict(zip(KINDS, (8, 0, 1, 3), strict=True))
    return f"/v1/events/{event['id']}/registrations", {kind: person(number) for kind, number in numbers.items()}


def shown(answer) -> tuple[object, ...]:
    """All of an answer but what is new with every request."""
    headers = {name: value for name, value in answer.headers.items() if name not in _OWN}
    body = {name: value for name, value in answer.json().items() if name != "id"}
    return answer.status_code, headers, body, sorted(answer.headers)


async def test_registering_sends_the_same_statements_for_every_person(client, superuser, statements):
    address, people = await four_kinds(client, superuser)
    sent, answers = {}, {}
    for kind, body in people.items():
        with statements() as sent[kind]:
            answers[kind] = await client("events").post(address, body, key=True)
        assert answers[kind].status_code == 201, answers[kind].text
    assert {kind: sent[kind] for kind in KINDS} == dict.fromkeys(KINDS, sent["never registered"])


async def test_registering_answers_every_person_alike(client, superuser):
    answers = []
    for kind in KINDS:  # Each at an event of its own, because a new person takes a place.
        address, people = await four_kinds(client, superuser, title=f"Tilaisuus {len(answers)}")
        answers.append(await client("events").post(address, people[kind]))
    alike = [(shown(answer)[1], sorted(answer.headers), answer.headers["location"]) for answer in answers]
    assert alike == [alike[0]] * len(KINDS)
    told = [(answer.status_code, answer.json()["state"], answer.json()["queue_place"]) for answer in answers]
    assert told == [(201, "waitlisted", 2)] * len(KINDS)
    assert {tuple(answer.json()) for answer in answers} == {("id", "state", "queue_place", "event")}


async def test_asking_for_a_link_answers_every_address_alike_by_the_same_statements(client, superuser, statements):
    address, people = await four_kinds(client, superuser)
    sent, answers = {}, {}
    for kind, body in people.items():
        with statements() as sent[kind]:
            answers[kind] = await client("events").post(f"{address}/manage-links", {"email": body["email"]})
    assert {kind: shown(answer) for kind, answer in answers.items()} == dict.fromkeys(KINDS, shown(answers[KINDS[0]]))
    assert answers[KINDS[0]].status_code == 202
    assert sent == dict.fromkeys(KINDS, sent["never registered"])
    mailed = await superuser.fetch("SELECT kind FROM events.mails WHERE kind IN ('manage_link', 'queue_link')")
    assert sorted(row["kind"] for row in mailed) == ["manage_link", "queue_link"]


async def test_an_answer_leaves_at_the_end_of_a_step_and_a_refusal_at_once(client, superuser, change_settings):
    address, people = await four_kinds(client, superuser)
    change_settings("events", answer_step_ms=400)

    async def seconds(part: str, body: dict[str, object]) -> float:
        began = time.monotonic()
        answer = await client("events").post(f"{address}{part}", body)
        assert answer.is_success
        return time.monotonic() - began

    asked = [("", people["registered"]), ("/manage-links", {"email": people["never registered"]["email"]})]
    assert min(await asyncio.gather(*(seconds(part, body) for part, body in asked))) >= 0.39
    await superuser.execute("UPDATE events.events SET registration_closes_at = now() - interval '1 h'")
    began = time.monotonic()
    assert (await client("events").post(address, people["registered"])).json()["code"] == "registration-closed"
    assert time.monotonic() - began < 0.39


async def test_no_transaction_is_open_while_an_answer_waits(client, superuser, change_settings):
    address, people = await four_kinds(client, superuser)
    change_settings("events", answer_step_ms=2_000)
    answers = [
        asyncio.create_task(client("events").post(address, people["never registered"])),
        asyncio.create_task(client("events").post(f"{address}/manage-links", {"email": people["waiting"]["email"]})),
    ]
    made = "SELECT count(*) FROM events.mails WHERE kind IN ('queued', 'queue_link')"
    before = await superuser.fetchval(made)
    async with asyncio.timeout(5):
        while await superuser.fetchval(made) < before + 2:  # noqa: ASYNC110 - There is no event to wait for.
            await asyncio.sleep(0.01)
    assert not [answer for answer in answers if answer.done()]
    async with superuser.transaction():
        # A transaction's rows are seen a moment before it lets its locks go.
        await superuser.execute("SET LOCAL lock_timeout = '500ms'")
        await superuser.execute("LOCK TABLE events.events, events.registrations IN ACCESS EXCLUSIVE MODE")
    for answer in answers:
        answer.cancel()
    await asyncio.gather(*answers, return_exceptions=True)


async def test_many_who_are_admitted_together_do_not_wait_for_the_step(client, monkeypatch):
    event = await an_event(client("events", ADMIN))
    shared, wait = [], AnswerTime.wait

    async def note(answer_time: AnswerTime) -> None:
        shared.append(answer_time.is_shared)
        await wait(answer_time)

    monkeypatch.setattr(AnswerTime, "wait", note)
    address = f"/v1/events/{event['id']}/registrations"
    await client("events").post(address, person(1))
    assert shared == [False]
    people = [person(number) for number in range(ENOUGH_TOGETHER + 20)]
    await asyncio.gather(*(client("events").post(address, body) for body in people))
    assert sum(shared) >= ENOUGH_TOGETHER
