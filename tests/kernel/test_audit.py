"""The audit: what is recorded of a request, before its answer leaves."""

import asyncio
import json
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter

from services.contracts.roles import Grant, Role
from services.kernel.audit import recorder
from services.kernel.audit.declarations import audited, declares_audit, without_audit
from services.kernel.audit.terms import AuditAction
from services.kernel.lists import exports
from services.kernel.security.auth import Anyone, RegistrationsRead
from services.kernel.web.app import UnauditedRoute, refuse_unaudited_routes
from services.kernel.web.errors import Unavailable
from tests.apps import build_once
from tests.audits import entries_of, said
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    PAST,
    a_project,
    an_event,
    person,
    registrations_of,
    until_somebody_waits,
)
from tests.route_walk import Ground, walk

pytestmark = pytest.mark.usefixtures("fresh_recorders")
# Its one scope is that of the audit.
NO_SCOPES = Grant(Role.data_protection_officer, coordination_id=COORDINATION)
PORTAL = {"name": "Aluehallinnon portaali", "scopes": ["registry:read"]}


async def people_of(client, count, **facts):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, **facts)
    return event, [UUID(one) for one in await registrations_of(staff, event, count)]


async def test_a_list_of_persons_is_recorded_with_their_ids_and_no_name(client, superuser):
    event, people = await people_of(client, 3)
    request_id = str(uuid4())
    staff = client("events", COORDINATOR, subject="person:7")
    answer = await staff.get(f"/v1/events/{event['slug']}/registrations", limit=2, headers={"X-Request-Id": request_id})
    assert len(answer.json()["items"]) == 2
    [row] = await entries_of(superuser, "events")
    shown = {name: row[name] for name in ("subject", "grants", "action", "noun", "method", "route", "outcome", "times")}
    assert shown == {
        "subject": "person:7",
        "grants": f"coordinator@coordination:{COORDINATION}",
        "action": "read",
        "noun": "registrations",
        "method": "GET",
        "route": "/v1/events/{ref}/registrations",
        "outcome": "answered",
        "times": 1,
    }
    assert row["ids"] == [UUID(event["id"]), *people[:2]]
    assert (row["coordination_id"], row["request_id"]) == (COORDINATION, UUID(request_id))
    assert "Henkilö" not in str(dict(row)) and "@yritys" not in str(dict(row))


async def test_a_single_registration_is_recorded_also_where_nothing_has_changed(client, superuser):
    event, [one] = await people_of(client, 1)
    staff = client("events", COORDINATOR)
    read = await staff.get(f"/v1/registrations/{one}")
    assert (
        await staff.get(f"/v1/registrations/{one}", headers={"If-None-Match": read.headers["etag"]})
    ).status_code == 304
    rows = await entries_of(superuser, "events")
    assert [(row["ids"], row["coordination_id"]) for row in rows] == [([one, UUID(event["id"])], COORDINATION)] * 2


@pytest.mark.parametrize("path", ["registrations", "attendance", "mails"])
@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
async def test_a_file_is_recorded_before_it_leaves_with_the_ids_of_all_its_rows(
    client, superuser, monkeypatch, path, form
):
    monkeypatch.setattr(exports, "CHUNK_ROWS", 2)
    event, people = await people_of(client, 5)
    answer = await client("events", COORDINATOR).get(f"/v1/events/{event['id']}/{path}", format=form)
    assert answer.status_code == 200 and answer.content
    first, *parts = await entries_of(superuser, "events")
    assert {(row["action"], row["noun"], row["outcome"]) for row in (first, *parts)} == {("export", path, "answered")}
    assert {row["coordination_id"] for row in parts} == {COORDINATION}
    assert first["ids"] == [UUID(event["id"])]
    assert len(parts) == 3 and {one for row in parts for one in row["ids"]} == {UUID(event["id"]), *people}


async def test_a_file_stops_where_the_audit_does(client, superuser, monkeypatch, database):
    monkeypatch.setattr(exports, "CHUNK_ROWS", 2)
    event, _ = await people_of(client, 5)
    writer, written = database.databases["events"].recorder, []
    write_as_ever = writer.write

    async def fail_after_two(entry):
        written.append(entry)
        if len(written) > 2:
            raise Unavailable
        await write_as_ever(entry)

    monkeypatch.setattr(writer, "write", fail_after_two)
    answer = await client("events", COORDINATOR).get(f"/v1/events/{event['id']}/registrations", format="jsonl")
    assert [line in answer.text for line in ("Henkilö 0", "Henkilö 1", "Henkilö 2")] == [True, True, False]
    assert len(await entries_of(superuser, "events")) == 2


async def test_files_of_public_lists_are_recorded_where_the_caller_is_known(client, superuser):
    await a_project(client("registry", ADMIN))
    for caller in (client("registry"), client("registry", FUNDER)):
        assert (await caller.get("/v1/projects", format="csv")).status_code == 200
        assert (await caller.get("/v1/projects")).status_code == 200
    [row] = await entries_of(superuser, "registry")
    assert (row["action"], row["noun"], row["subject"], row["ids"]) == ("export", "projects", "tester", [])


async def test_denials_are_recorded_on_every_route(client, superuser):
    event, [one] = await people_of(client, 1)
    assert (await client("events").get(f"/v1/registrations/{one}")).status_code == 401
    assert (await client("events", FUNDER).get(f"/v1/registrations/{one}")).status_code == 403
    assert (
        await client("events", COORDINATOR_ELSEWHERE).patch(f"/v1/events/{event['id']}", {}, version=2)
    ).status_code == 403
    assert (await client("events").get("/v1/events", headers={"Authorization": "Bearer forged"})).status_code == 401
    rows = await entries_of(superuser, "events")
    assert [(row["action"], row["noun"], row["outcome"], row["subject"]) for row in rows] == [
        ("read", "registrations", "unauthenticated", "anonymous"),
        ("read", "registrations", "forbidden", "tester"),
        ("change", "events", "forbidden", "tester"),
        ("read", "events", "unauthenticated", "anonymous"),
    ]
    # Where the object is not known, the row counts to the one project of the caller.
    assert [row["coordination_id"] for row in rows] == [None, COORDINATION, COORDINATION, None]
    assert rows[2]["ids"] == [UUID(event["id"])]


@pytest.mark.parametrize("service", ["registry", "events", "feedback"])
@pytest.mark.parametrize(("grants", "outcome"), [((), "unauthenticated"), ((NO_SCOPES,), "forbidden")])
async def test_every_denied_route_is_recorded(client, applications, superuser, service, grants, outcome):
    ids = {name: str(uuid4()) for name in ("ref", "registration_id", "client_id", "survey_id", "import_id")}
    answers = await walk(client(service, *grants), applications.apps[service], Ground(ids))
    denied = [path for _, path, answer in answers if answer.status_code in {401, 403}]
    rows = await entries_of(superuser, service)
    assert denied and [row["route"] for row in rows if row["outcome"] == outcome] == denied


async def test_a_denial_of_a_service_without_a_database_is_logged(client, capsys):
    denied = await client("dashboard", NO_SCOPES, subject="person:9").get("/v1/coordinations")
    assert denied.status_code == 403
    [line] = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "request.denied" in line]
    shown = {name: line[name] for name in ("subject", "grants", "route")}
    place = f"data_protection_officer@coordination:{COORDINATION}"
    assert shown == {"subject": "person:9", "grants": place, "route": "/v1/coordinations"}


async def test_what_a_caller_may_not_see_is_recorded_by_the_id_they_asked_for(client, superuser):
    _, [one] = await people_of(client, 1)
    elsewhere = client("events", COORDINATOR_ELSEWHERE)
    assert (await elsewhere.get(f"/v1/registrations/{one}")).status_code == 404
    [row] = await entries_of(superuser, "events")
    assert (row["outcome"], row["ids"], row["coordination_id"]) == ("not_found", [one], ELSEWHERE)


async def test_a_conflict_that_names_persons_is_recorded_with_them(client, superuser):
    event, [one] = await people_of(client, 1, starts_at=PAST)
    answer = await client("events", COORDINATOR).post(f"/v1/events/{event['id']}/walk-ins", {"name": "Henkilö 0"})
    assert answer.status_code == 409 and answer.json()["candidates"]
    [row] = await entries_of(superuser, "events")
    assert (row["action"], row["outcome"], row["ids"]) == ("change", "refused", [UUID(event["id"]), one])


async def test_a_repeated_answer_is_recorded_like_the_first(client, superuser):
    _, [one] = await people_of(client, 1)
    staff, key = client("events", COORDINATOR), {"Idempotency-Key": str(uuid4())}
    answers = [await staff.post(f"/v1/registrations/{one}/cancel", headers=key) for _ in range(2)]
    assert answers[1].headers["idempotency-replayed"] == "true"
    rows = await entries_of(superuser, "events")
    assert [row["action"] for row in rows] == ["change", "change"]
    assert all(one in row["ids"] for row in rows)


async def test_grants_and_tokens_of_machine_clients_are_recorded(client, superuser):
    admin = client("registry", ADMIN, subject="operator:liisa:admin")
    made = (await admin.post("/v1/partners", PORTAL)).json()
    address = f"/v1/partners/{made['client_id']}"
    assert (await admin.patch(address, {"active": True}, version=1)).status_code == 200
    secret = (await admin.post(f"{address}/secret")).json()["client_secret"]
    form = {"grant_type": "client_credentials", "client_id": made["client_id"], "client_secret": secret}
    assert (await client("registry").send("POST", "/oauth/token", data=form)).status_code == 200
    wrong = await client("registry").send("POST", "/oauth/token", data={**form, "client_secret": "wrong"})
    assert wrong.status_code == 401
    rows = await entries_of(superuser, "registry")
    assert [(row["action"], row["noun"], row["outcome"], row["subject"]) for row in rows] == [
        *[("grant", "partners", "answered", "operator:liisa:admin")] * 3,
        ("token", "tokens", "answered", f"partner:{made['client_id']}"),
        ("token", "tokens", "unauthenticated", "anonymous"),
    ]
    assert [row["ids"] for row in rows[:3]] == [[UUID(made["client_id"])]] * 3
    assert rows[3]["grants"] == "partner"
    assert secret not in str([dict(row) for row in rows])


@pytest.mark.own_database
async def test_what_cannot_be_recorded_is_not_answered_and_not_done(client, superuser, outbox_kinds):
    await superuser.execute("REVOKE INSERT ON registry_audit.entries FROM vipu_registry")
    names = "subject, grants, coordination_id, action, noun, ids, method, route, request_id, outcome, times"
    await superuser.execute(f"REVOKE INSERT ({names}) ON registry_audit.entries FROM vipu_registry")
    admin = client("registry", ADMIN)
    answers = [
        await admin.post("/v1/partners", PORTAL),
        await admin.get("/v1/partners"),
        await admin.get("/v1/partners", format="csv"),
        await client("registry", FUNDER).get("/v1/partners"),
    ]
    assert [(a.status_code, a.json()["code"], a.headers["retry-after"]) for a in answers] == [
        (503, "unavailable", "5")
    ] * 4
    assert await superuser.fetchval("SELECT count(*) FROM registry.partner_clients") == 0
    assert await outbox_kinds("registry") == []
    assert (await admin.get("/v1/projects")).status_code == 200


async def test_a_caller_does_not_wait_for_ever_for_the_audit(client, superuser, monkeypatch):
    monkeypatch.setattr(recorder, "_WRITE_SECONDS", 0.1)
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE registry_audit.entries IN ACCESS EXCLUSIVE MODE")
        assert (await client("registry", ADMIN).get("/v1/partners")).status_code == 503
    assert (await client("registry", ADMIN).get("/v1/partners")).status_code == 200


async def test_requests_that_wait_together_are_one_statement(client, superuser, statements):
    admin = client("registry", ADMIN)
    with statements() as sent:
        answers = await asyncio.gather(*(admin.get("/v1/partners") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len([one for one in sent if "registry_audit.entries" in one]) < 15, sent
    assert len(await entries_of(superuser, "registry")) == 20


async def test_callers_without_a_token_cannot_fill_the_audit(client, superuser, monkeypatch):
    clock = SimpleNamespace(now=1e6)
    monkeypatch.setattr(recorder, "UNKNOWN_CALLERS_A_MINUTE", 2)
    monkeypatch.setattr(recorder, "time", SimpleNamespace(monotonic=lambda: clock.now))
    for _ in range(5):
        assert (await client("registry").get("/v1/partners")).status_code == 401
    clock.now += 60
    assert (await client("registry").get("/v1/partners")).status_code == 401
    assert [row["times"] for row in await entries_of(superuser, "registry")] == [1, 1, 4]
    # Callers with a token are known, and recorded one by one.
    for _ in range(3):
        assert (await client("registry", FUNDER).get("/v1/partners")).status_code == 403
    assert [row["times"] for row in await entries_of(superuser, "registry")] == [1, 1, 4, 1, 1, 1]


async def test_tries_to_get_a_token_cannot_fill_the_audit(client, superuser, monkeypatch, change_settings):
    clock = SimpleNamespace(now=1e6)
    monkeypatch.setattr(recorder, "time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr(recorder, "UNKNOWN_CALLERS_A_MINUTE", 2)
    form = {"grant_type": "password", "client_id": "nobody", "client_secret": "none"}
    for _ in range(4):
        assert (await client("registry").send("POST", "/oauth/token", data=form)).status_code == 400
    assert [row["outcome"] for row in await entries_of(superuser, "registry")] == ["refused", "refused"]
    monkeypatch.setattr(recorder, "UNKNOWN_CALLERS_A_MINUTE", 100)
    change_settings("registry", public_rate="1/minute")
    answers = [await client("registry").send("POST", "/oauth/token", data=form) for _ in range(3)]
    assert 429 in {answer.status_code for answer in answers}
    refused = [answer for answer in answers if answer.status_code == 400]
    assert len(await entries_of(superuser, "registry")) == 2 + len(refused)


async def test_a_caller_who_hangs_up_takes_the_entries_of_others_with_them_at_most_once(client, superuser):
    admin = client("registry", ADMIN)
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE registry_audit.entries IN ACCESS EXCLUSIVE MODE")
        requests = [asyncio.create_task(admin.get("/v1/partners")) for _ in range(3)]
        await until_somebody_waits(superuser)
        requests[0].cancel()
    others = await asyncio.gather(*requests[1:])
    assert {answer.status_code for answer in others} <= {200, 503}
    assert (await admin.get("/v1/partners")).status_code == 200


async def test_what_people_do_with_their_own_registration_is_not_recorded(client, superuser):
    event, _ = await people_of(client, 1)
    assert (await client("events").post(f"/v1/events/{event['id']}/registrations", person(5))).status_code == 201
    assert (await client("events").get("/v1/events")).status_code == 200
    assert await said(superuser, "events") == []


def app_of(endpoint, path="/v1/people"):
    app, router = FastAPI(), APIRouter()
    router.get(path)(endpoint)
    app.include_router(router)
    return app


def test_a_route_with_person_data_that_does_not_declare_its_audit_stops_the_start():
    async def people(principal: RegistrationsRead) -> None: ...

    async def public(principal: Anyone) -> None: ...

    with pytest.raises(UnauditedRoute, match="/v1/people"):
        refuse_unaudited_routes(app_of(people))
    for declared in (public, audited(AuditAction.read, "people")(people)):
        refuse_unaudited_routes(app_of(declared))


def test_a_route_without_audit_says_why():
    async def counted(principal: RegistrationsRead) -> None: ...

    with pytest.raises(ValueError, match="says why"):
        without_audit("")
    refuse_unaudited_routes(app_of(without_audit("Counts alone.")(counted)))


# Routes that answer with an address and are not recorded, and the reason.
UNRECORDED = {
    ("events", "/v1/registrations/self"): "a person reads their own, with the link from their mail",
}


def test_a_route_that_answers_with_an_address_is_recorded(all_settings):
    found = {
        (service, context.original_route.path)
        for service, app in build_once(all_settings).items()
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
        and _names_an_address(context.original_route.response_model)
        and not declares_audit(context.original_route.endpoint)
    }
    assert found == set(UNRECORDED)


def _names_an_address(model):
    return model is not None and bool({"email", "to_address"} & _members(TypeAdapter(model).json_schema()))


def _members(schema):
    if isinstance(schema, list):
        return set().union(*(_members(part) for part in schema), set())
    if not isinstance(schema, dict):
        return set()
    names = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return names.union(*(_members(part) for part in schema.values()))
