"""Idempotency: key, effect and answer are one transaction, also when callers race."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from services.contracts.roles import Grant, Role, Scope
from services.kernel.data import db
from services.kernel.web import idempotency
from tests.coordinations import COORDINATION
from tests.data import TEST_DATA
from tests.factories import COORDINATOR, COORDINATOR_ELSEWHERE, FUTURE, an_event, event_body, person

ADMIN = Grant(Role.admin)
BODY = {"kind": "company", "name": {"fi": "Esimerkki Oy"}}


async def post_together(client, times=12):
    admin, headers = client("registry", ADMIN), {"Idempotency-Key": str(uuid4())}
    return await asyncio.gather(*(admin.post("/v1/organisations", BODY, headers=headers) for _ in range(times)))


async def test_one_key_used_at_once_has_one_effect(client, superuser):
    answers = await post_together(client)
    fresh = [answer for answer in answers if answer.status_code == 201 and "idempotency-replayed" not in answer.headers]
    assert len(fresh) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all(a.headers["retry-after"] for a in answers if a.status_code == 409)
    assert await superuser.fetchval("SELECT count(*) FROM registry.organisations") == 1


async def test_without_the_guard_one_key_has_many_effects(client, superuser, monkeypatch):
    """The negative control: the test above proves something only if this one doubles."""

    async def claim_nothing(request, session, *, principal):
        return None

    monkeypatch.setattr(db.idempotency, "claim", claim_nothing)
    await post_together(client)
    assert await superuser.fetchval("SELECT count(*) FROM registry.organisations") > 1


async def test_a_failure_is_not_stored(client):
    admin, headers = client("registry", ADMIN), {"Idempotency-Key": str(uuid4())}
    taken = {**BODY, "business_id": "2296962-1"}
    first = (await admin.post("/v1/organisations", taken)).json()
    refused = await admin.post("/v1/organisations", taken, headers=headers)
    await admin.patch(f"/v1/organisations/{first['id']}", {"business_id": None}, version=1)
    later = await admin.post("/v1/organisations", taken, headers=headers)
    assert (refused.status_code, later.status_code) == (409, 201)


async def test_a_key_belongs_to_its_caller(client):
    headers = {"Idempotency-Key": str(uuid4())}
    mine = await client("registry", ADMIN, subject="a").post("/v1/organisations", BODY, headers=headers)
    yours = await client("registry", ADMIN, subject="b").post("/v1/organisations", BODY, headers=headers)
    assert mine.json()["id"] != yours.json()["id"]


@pytest.mark.parametrize("now", [COORDINATOR_ELSEWHERE, Grant(Role.funder, coordination_id=COORDINATION)], ids=str)
async def test_a_caller_whose_grants_have_changed_gets_no_earlier_answer(client, superuser, now):
    headers, body = {"Idempotency-Key": str(uuid4())}, event_body()
    entered = await client("events", COORDINATOR, subject="a").post("/v1/events", body, headers=headers)
    assert entered.status_code == 201, entered.text
    again = await client("events", COORDINATOR, subject="a").post("/v1/events", body, headers=headers)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    refused = await client("events", now, subject="a").post("/v1/events", body, headers=headers)
    assert refused.status_code == 403 and entered.json()["id"] not in refused.text
    both = client("events", COORDINATOR_ELSEWHERE, COORDINATOR, subject="a")
    assert "idempotency-replayed" not in (await both.post("/v1/events", body, headers=headers)).headers
    assert await superuser.fetchval("SELECT count(*) FROM events.events") == 2


async def test_a_caller_who_has_lost_a_scope_gets_no_earlier_answer(client):
    """The route is public: the scope decides only what it does."""
    event = await an_event(client("events", COORDINATOR), capacity=5, registration_opens_at=FUTURE - timedelta(days=1))
    address, body, headers = f"/v1/events/{event['id']}/registrations", person(), {"Idempotency-Key": str(uuid4())}
    staff = await client("events", COORDINATOR, subject="a").post(address, body, headers=headers)
    assert staff.status_code == 201, staff.text
    without = client("events", COORDINATOR, scopes=[Scope.events_read], subject="a")
    assert (await without.post(address, body, headers=headers)).status_code == 409


async def test_the_order_of_grants_does_not_matter_for_a_key(client):
    headers, body = {"Idempotency-Key": str(uuid4())}, event_body()
    one = await client("events", COORDINATOR, COORDINATOR_ELSEWHERE).post("/v1/events", body, headers=headers)
    other = await client("events", COORDINATOR_ELSEWHERE, COORDINATOR).post("/v1/events", body, headers=headers)
    assert one.json() == other.json() and "idempotency-replayed" in other.headers


async def test_a_replayed_answer_is_the_same_and_as_private(client):
    admin, headers = client("registry", ADMIN), {"Idempotency-Key": str(uuid4())}
    first, again = [await admin.post("/v1/organisations", BODY, headers=headers) for _ in range(2)]
    same = ("content-type", "location", "etag", "cache-control")
    assert [(a.status_code, a.content, [a.headers.get(n) for n in same]) for a in (first, again)] == [
        (201, first.content, [first.headers.get(n) for n in same])
    ] * 2
    assert (first.headers["cache-control"], again.headers["idempotency-replayed"]) == ("no-store", "true")


async def test_a_key_belongs_to_its_route(client):
    headers = {"Idempotency-Key": str(uuid4())}
    admin = client("registry", ADMIN)
    made = await admin.post("/v1/organisations", BODY, headers=headers)
    other = await admin.post("/v1/partners", {"name": "Järjestelmä", "scopes": ["registry:read"]}, headers=headers)
    assert made.status_code == 201
    assert "idempotency-replayed" not in other.headers and other.json().get("code") != "idempotency-key-reused"


@pytest.mark.parametrize(("hours", "kept"), [(23, 1), (25, 0)])
async def test_a_response_is_stored_for_a_day(client, applications, superuser, hours, kept):
    await client("registry", ADMIN).post("/v1/organisations", BODY, key=True)
    await superuser.execute(f"UPDATE registry.idempotency_answers SET stored_at = now() - interval '{hours} hours'")
    async with applications.runtime("registry").database.transaction() as session:
        await idempotency.delete_expired_responses(session)
    assert await superuser.fetchval("SELECT count(*) FROM registry.idempotency_answers") == kept


async def test_a_repeated_form_gets_the_same_answer(client, superuser):
    admin, headers = client("registry", ADMIN), {"Idempotency-Key": str(uuid4())}
    listed = (TEST_DATA / "esr_2014_2020_operations_sample.csv").read_bytes().splitlines(keepends=True)
    answers = [
        await admin.send("POST", "/v1/imports", headers={**headers, **kind}, content=body)
        for kind, body in [_form(listed[:3]), _form(listed[:3]), _form(listed[:2])]
    ]
    assert answers[0].is_success, answers[0].text
    assert answers[1].json() == answers[0].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[2].json()["code"] == "idempotency-key-reused"


def _form(lines: list[bytes]) -> tuple[dict[str, str], bytes]:
    """A file in a form, as a browser sends it, always with the same boundary."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\nContent-Type: text/csv\r\n\r\n'
    return {"Content-Type": "multipart/form-data; boundary=b"}, head + b"".join(lines) + b"\r\n--b--\r\n"
