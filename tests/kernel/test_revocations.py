"""Revocation: the tokens of a client that is switched off are refused by every service within a minute."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.contracts.roles import Grant, Role
from services.kernel.security import revocations
from services.kernel.security.messages import PrincipalRevoked
from services.kernel.security.revocations import Revocations
from services.kernel.web.errors import Unavailable
from services.registry.partners import queries
from tests.client import ApiClient
from tests.factories import SERVICE, a_project

ADMIN = Grant(Role.admin)
READS = ["registry:read", "events:read", "feedback:read", "dashboard:read"]
STORING = ("registry", "events", "feedback")


@pytest.fixture
def later(monkeypatch):
    """`later(11)`: so many seconds have passed for those who read revocations."""
    passed = [0.0]
    monkeypatch.setattr(revocations.time, "monotonic", lambda clock=time.monotonic: clock() + passed[0])

    def move(seconds):
        passed[0] += seconds

    return move


async def a_client(client, coordination, *, scopes=READS, role="funder"):
    grants = [{"role": role, "coordination_id": coordination}]
    body = {"name": "Tietovarasto", "scopes": scopes, "grants": grants}
    made = await client("registry", ADMIN).post("/v1/partners", body)
    assert made.status_code == 201, made.text
    return made.json()


async def a_token(client, made):
    data = {name: made[name] for name in ("client_id", "client_secret")}
    answer = await client("registry").send("POST", "/oauth/token", data={"grant_type": "client_credentials", **data})
    return answer.json().get("access_token")


async def statuses(applications, token, coordination):
    """What each service answers to the token."""
    query = {"coordination": coordination, "period": "2026S2"}
    found = {}
    for service in STORING:
        caller = ApiClient(applications.client, f"http://{service}.vipu", token)
        found[service] = (await caller.get("/v1/measures", **query)).status_code
    dashboard = ApiClient(applications.client, "http://dashboard.vipu", token)
    found["dashboard"] = (await dashboard.get(f"/v1/coordinations/{coordination}/summary")).status_code
    return found


async def coordination_of(client):
    return (await a_project(client("registry", ADMIN), kind="coordination", scope="national"))["id"]


async def test_a_client_that_is_switched_off_is_refused_by_all_four_services(client, applications, outbox_kinds, later):
    coordination = await coordination_of(client)
    made = await a_client(client, coordination)
    token = await a_token(client, made)
    assert set((await statuses(applications, token, coordination)).values()) == {200}
    address = f"/v1/partners/{made['client_id']}"
    off = await client("registry", ADMIN).patch(address, {"active": False}, version=1)
    assert off.status_code == 200 and await a_token(client, made) is None
    kinds = await outbox_kinds("registry")
    assert kinds[-2:] == ["vipu.principal.revoked.v1", "vipu.partner.changed.v1"]
    await applications.worker("registry").drain()
    later(11)
    assert set((await statuses(applications, token, coordination)).values()) == {401}
    public = ApiClient(applications.client, "http://events.vipu", token)
    refused = await public.get("/v1/events")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    # Switched on again, it gets a token that is valid; the old one stays refused.
    await client("registry", ADMIN).patch(address, {"active": True}, version=2)
    await applications.worker("registry").drain()
    later(11)
    assert set((await statuses(applications, await a_token(client, made), coordination)).values()) == {200}
    assert set((await statuses(applications, token, coordination)).values()) == {401}


async def _renewed(admin, made):
    return await admin.post(f"/v1/partners/{made['client_id']}/secret")


async def _patched(admin, made, **facts):
    return await admin.patch(f"/v1/partners/{made['client_id']}", facts, version=1)


ELSEWHERE = {"role": "funder", "coordination_id": str(uuid4())}


@pytest.mark.parametrize(
    ("change", "is_revoked"),
    [
        (_renewed, True),
        (lambda admin, made: _patched(admin, made, scopes=READS[1:]), True),
        (lambda admin, made: _patched(admin, made, grants=[ELSEWHERE]), True),
        (lambda admin, made: _patched(admin, made, grants=[*made["grants"], ELSEWHERE]), False),
        (lambda admin, made: _patched(admin, made, name="Uusi nimi"), False),
        (lambda admin, made: _patched(admin, made, grants=[{"role": "funder"}]), True),
    ],
    ids=["secret", "scopes", "grants", "more grants", "name", "another place"],
)
async def test_a_token_is_revoked_where_its_client_loses_a_right(
    client, applications, superuser, later, change, is_revoked
):
    coordination = await coordination_of(client)
    made = await a_client(client, coordination)
    token = await a_token(client, made)
    changed = await change(client("registry", ADMIN), made)
    assert changed.is_success, changed.text
    later(11)
    registry = ApiClient(applications.client, "http://registry.vipu", token)
    assert (await registry.get("/v1/spellings")).status_code == (401 if is_revoked else 200)
    assert await superuser.fetchval("SELECT count(*) FROM registry.revoked_principals") == is_revoked
    # A token of the same second, got afterwards, is valid at once.
    new = await a_token(client, {**made, **changed.json()})
    fresh = ApiClient(applications.client, "http://registry.vipu", new)
    assert (await fresh.get("/v1/organisations")).status_code == 200


async def test_revocations_are_read_at_most_every_ten_seconds(client, applications, statements, later):
    admin = client("registry", ADMIN)
    later(11)
    with statements() as sent:
        for _ in range(5):
            await admin.get("/v1/spellings")
        later(9)
        await admin.get("/v1/spellings")
    assert sum("revoked_principals" in statement for statement in sent) == 1
    later(2)
    with statements() as sent:
        await asyncio.gather(*(admin.get("/v1/spellings") for _ in range(5)))
    assert sum("revoked_principals" in statement for statement in sent) == 1


async def test_without_a_database_the_known_revocations_hold_for_a_while(applications, monkeypatch, later):
    known = Revocations(applications.runtime("events").database)
    assert not await known.is_revoked("partner:x", time.time())

    def away():
        raise ConnectionRefusedError

    monkeypatch.setattr(known, "_database", type("Away", (), {"reading": staticmethod(away)}))
    later(40)
    assert not await known.is_revoked("partner:x", time.time())
    later(10)
    with pytest.raises(Unavailable):
        await known.is_revoked("partner:x", time.time())
    never = Revocations(applications.runtime("events").database)
    monkeypatch.setattr(never, "_database", known._database)  # noqa: SLF001 - The database that is away.
    with pytest.raises(Unavailable):
        await never.is_revoked("partner:x", time.time())


def message(subject, since, **more):
    data = {"subject": subject, "since": since.isoformat(), **more}
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/api/registry",
        "type": PrincipalRevoked.kind,
        "subject": str(uuid4()),
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


@pytest.mark.parametrize("service", ["events", "feedback"])
async def test_the_latest_revocation_holds_in_any_order_of_messages(client, superuser, service):
    now = datetime.now(UTC)
    for since in (now, now - timedelta(minutes=5)):
        body = {"messages": [message("partner:x", since), message("partner:x", since - timedelta(seconds=1))]}
        answer = await client(service, SERVICE).post("/v1/messages", body)
        assert answer.status_code == 202, answer.text
    assert await superuser.fetchval(f"SELECT since FROM {service}.revoked_principals") == now


@pytest.mark.parametrize(
    "data", [{"subject": "x" * 121}, {"since": "2026-11-27T10:00:00"}, {"since": "eilen"}], ids=str
)
async def test_a_message_without_a_subject_or_an_instant_is_refused(client, superuser, data):
    body = {
        "messages": [
            {
                **message("partner:x", datetime.now(UTC)),
                "data": {"subject": "x", "since": "2026-11-27T10:00:00Z", **data},
            }
        ]
    }
    assert (await client("events", SERVICE).post("/v1/messages", body)).status_code == 422
    assert await superuser.fetchval("SELECT count(*) FROM events.revoked_principals") == 0


async def test_a_revocation_is_kept_while_a_token_could_be_valid(client, applications, superuser):
    store = "INSERT INTO events.revoked_principals (subject, since) VALUES ($1, clock_timestamp() - $2::interval)"
    await superuser.execute(store, "partner:old", timedelta(minutes=16, seconds=5))
    await superuser.execute(store, "partner:young", timedelta(minutes=15, seconds=55))
    async with applications.runtime("events").database.transaction() as session:
        await revocations.delete_old(session)
    rows = await superuser.fetch("SELECT subject FROM events.revoked_principals")
    assert [row["subject"] for row in rows] == ["partner:young"]


async def test_a_service_that_is_away_does_not_keep_a_revocation_from_the_others(client, applications, superuser):
    made = await a_client(client, await coordination_of(client))
    await _renewed(client("registry", ADMIN), made)
    applications.runtime("registry").settings.events_url = "http://nowhere.vipu"
    await applications.worker("registry").drain()
    assert await superuser.fetchval("SELECT count(*) FROM feedback.revoked_principals") == 1
    waiting = "SELECT due_at - clock_timestamp() FROM registry.outbox WHERE kind = $1 AND state = 'queued'"
    await superuser.execute("UPDATE registry.outbox SET due_at = clock_timestamp(), attempts = 10")
    await applications.worker("registry").drain()
    assert await superuser.fetchval(waiting, PrincipalRevoked.kind) <= timedelta(seconds=10)


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_token_waits_for_a_revocation_that_has_begun(client, superuser, monkeypatch, guarded):
    """Else it would be made from the old rights, after the instant before which tokens are refused."""
    if not guarded:  # The negative control: the lock is what it waits for.
        monkeypatch.setattr(queries, "_SHARE_TOKENS", text("SELECT CAST(:client_id AS text)"))
    made = await a_client(client, await coordination_of(client))
    async with superuser.transaction():
        await superuser.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('registry.tokens:' || $1, 0))", made["client_id"]
        )
        await superuser.execute("UPDATE registry.partner_clients SET active = false")
        getting = asyncio.create_task(a_token(client, made))
        await asyncio.wait({getting}, timeout=0.2)
        assert getting.done() is not guarded
    assert (await getting is None) is guarded
