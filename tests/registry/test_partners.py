"""Partners: machine clients, and the tokens they get."""

import hashlib
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.contracts.roles import Grant, Role
from services.registry.settings import RegistrySettings
from tests.client import ApiClient

ADMIN = Grant(Role.admin)
PORTAL = {"name": "Aluehallinnon portaali", "scopes": ["registry:read", "events:read"]}
WRITER = {
    "name": "Tietovarasto",
    "scopes": ["registry:read", "registry:write"],
    "grants": [{"role": "coordinator", "coordination_id": "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"}],
}
SERVICE_SECRET = "a-secret-of-the-events-worker"


async def entered(client, body=PORTAL):
    return (await client("registry", ADMIN).post("/v1/partners", body)).json()


def form(partner_client, **more):
    secret = {"client_id": partner_client["client_id"], "client_secret": partner_client["client_secret"]}
    return {"grant_type": "client_credentials", **secret, **more}


async def asked_for_a_token(client, data, **more):
    return await client("registry").send("POST", "/oauth/token", data=data, **more)


async def test_a_partner_is_entered_and_its_secret_shown_once(client, outbox_kinds, superuser):
    made = await client("registry", ADMIN).post("/v1/partners", PORTAL, key=True)
    assert made.status_code == 201, made.text
    assert made.headers["cache-control"] == "no-store"
    secret = made.json()["client_secret"]
    assert made.headers["location"] == f"/api/registry/v1/partners/{made.json()['client_id']}"
    read = await client("registry", ADMIN).get(f"/v1/partners/{made.json()['client_id']}")
    assert read.json() == {name: value for name, value in made.json().items() if name != "client_secret"}
    assert await outbox_kinds("registry") == ["vipu.partner.created.v1"]
    row = await superuser.fetchrow("SELECT * FROM registry.partner_clients")
    assert row["secret_hash"] == hashlib.sha256(secret.encode()).digest()
    assert await superuser.fetchval("SELECT count(*) FROM registry.idempotency_answers") == 0


@pytest.mark.parametrize(("grants", "status"), [((), 401), ((Grant(Role.coordinator),), 403)])
async def test_only_an_admin_enters_or_sees_partners(client, outbox_kinds, grants, status):
    caller = client("registry", *grants)
    assert (await caller.post("/v1/partners", PORTAL)).status_code == status
    assert (await caller.get("/v1/partners")).status_code == status
    assert await outbox_kinds("registry") == []


async def test_a_partner_gets_no_more_than_its_roles_may(client):
    admin = client("registry", ADMIN)
    refused = await admin.post("/v1/partners", {"name": "Liikaa", "scopes": ["registry:write"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "scopes-beyond-roles")
    for role in ("admin", "service"):
        body = {"name": "Liikaa", "scopes": ["registry:read"], "grants": [{"role": role}]}
        assert (await admin.post("/v1/partners", body)).status_code == 422


async def test_two_partners_do_not_share_a_name(client):
    await entered(client)
    again = await client("registry", ADMIN).post("/v1/partners", PORTAL)
    assert (again.status_code, again.json()["code"]) == (409, "partner-name-taken")


@pytest.mark.parametrize("way", ["form", "basic"])
async def test_a_token_for_credentials_has_the_granted_scopes(client, applications, way):
    partner_client = await entered(client, WRITER)
    if way == "form":
        answer = await asked_for_a_token(client, form(partner_client))
    else:
        auth = (partner_client["client_id"], partner_client["client_secret"])
        answer = await asked_for_a_token(client, {"grant_type": "client_credentials"}, auth=auth)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 900, "registry:read registry:write")
    partner = ApiClient(applications.client, "http://registry.vipu", body["access_token"])
    organisation = {"kind": "agency", "name": {"fi": "KEHA-keskus"}}
    assert (await partner.post("/v1/organisations", organisation)).status_code == 201
    assert (await partner.get("/v1/partners")).status_code == 403


async def test_a_narrower_scope_is_given_and_a_wider_one_refused(client, applications):
    partner_client = await entered(client, WRITER)
    narrow = (await asked_for_a_token(client, form(partner_client, scope="registry:read"))).json()
    partner = ApiClient(applications.client, "http://registry.vipu", narrow["access_token"])
    organisation = {"kind": "agency", "name": {"fi": "KEHA-keskus"}}
    assert (await partner.post("/v1/organisations", organisation)).status_code == 403
    wide = await asked_for_a_token(client, form(partner_client, scope="registry:read feedback:text"))
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")


HERE, ELSEWHERE = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11", "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d22"
ADMIN_HERE = Grant(Role.admin, coordination_id=UUID(HERE))


def coordinating(place, **more):
    return {**WRITER, "grants": [{"role": "coordinator", **place}], **more}


@pytest.mark.parametrize(
    "grants",
    [
        [{"role": "coordinator"}],
        [{"role": "partner"}],
        [{"role": "coordinator", "coordination_id": ELSEWHERE}],
        [{"role": "project_contact", "project_id": HERE}],
        [{"role": "door", "event_id": HERE}],
        [{"role": "coordinator", "coordination_id": HERE}, {"role": "funder"}],
        [{"role": "coordinator", "coordination_id": HERE}, {"role": "funder", "coordination_id": ELSEWHERE}],
    ],
)
async def test_an_administrator_of_one_place_gives_rights_in_that_place_alone(client, superuser, grants):
    body = {"name": "Rajattu", "scopes": ["registry:read"], "grants": grants}
    # The right to give comes from the administrator's place; a role that is held everywhere adds nothing to it.
    for held in ((ADMIN_HERE,), (ADMIN_HERE, Grant(Role.coordinator))):
        bound = client("registry", *held)
        refused = await bound.post("/v1/partners", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        made = await bound.post("/v1/partners", coordinating({"coordination_id": HERE}, name=f"Oma {len(held)}"))
        assert made.status_code == 201, made.text
        address = f"/v1/partners/{made.json()['client_id']}"
        assert (await bound.patch(address, {"grants": grants}, version=1)).status_code == 403
        assert (await bound.patch(address, {"active": False}, version=1)).status_code == 200
    assert await superuser.fetchval("SELECT count(*) FROM registry.partner_clients") == 2


async def test_an_administrator_of_one_place_sees_the_clients_of_that_place_alone(client):
    theirs = [
        await entered(client, coordinating({"coordination_id": ELSEWHERE}, name="Muu")),
        await entered(client, coordinating({}, name="Kaikki")),
        await entered(client, coordinating({"project_id": HERE}, name="Hanke")),
    ]
    both = coordinating({"coordination_id": HERE}, name="Molemmat")
    both["grants"] = [*both["grants"], {"role": "partner"}]
    theirs.append(await entered(client, both))
    own = await entered(client, coordinating({"coordination_id": HERE}, name="Oma"))
    bound = client("registry", ADMIN_HERE)
    assert [one["name"] for one in (await bound.get("/v1/partners")).json()["items"]] == ["Oma"]
    assert (await bound.get(f"/v1/partners/{own['client_id']}")).status_code == 200
    for other in theirs:
        address = f"/v1/partners/{other['client_id']}"
        answers = [
            await bound.get(address),
            await bound.patch(address, {"active": False}, version=1),
            await bound.post(f"{address}/secret"),
        ]
        assert {answer.status_code for answer in answers} == {404}
    # A taken name would tell that there is such a client elsewhere.
    same = await bound.post("/v1/partners", coordinating({"coordination_id": HERE}, name="Muu"))
    assert same.status_code == 201
    again = await bound.post("/v1/partners", coordinating({"coordination_id": HERE}, name="Muu"))
    assert again.json()["code"] == "partner-name-taken"


@pytest.mark.parametrize("places", [("coordination_id", "event_id"), ("coordination_id", "project_id")])
async def test_a_grant_with_two_places_is_refused(client, places):
    grant = {"role": "coordinator", **dict.fromkeys(places, HERE)}
    refused = await client("registry", ADMIN).post("/v1/partners", {**WRITER, "grants": [grant]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/body/grants/0"


@pytest.mark.parametrize(
    ("service", "scope"),
    [
        ("events", "feedback:read feedback:write messages:write registry:read"),
        ("feedback", "events:read"),
        ("dashboard", ""),
    ],
)
async def test_a_service_gets_the_scopes_that_it_needs_alone(client, change_settings, applications, service, scope):
    hashed = hashlib.sha256(SERVICE_SECRET.encode()).hexdigest()
    change_settings("registry", service_clients={service: hashed, "webshop": hashed})
    data = {"grant_type": "client_credentials"}
    given = await client("registry").send("POST", "/oauth/token", data=data, auth=(service, SERVICE_SECRET))
    # Another process than the registry's issues its own: it has the same scopes and no more.
    for token in (given.json()["access_token"], await applications.apps[service].state.runtime.token()):
        caller = ApiClient(applications.client, "http://registry.vipu", token)
        organisation = {"kind": "agency", "name": {"fi": "KEHA-keskus"}}
        assert (await caller.post("/v1/organisations", organisation)).status_code == 403
        assert (await caller.get("/v1/partners")).status_code == 403
    assert given.json()["scope"] == scope
    unknown = await client("registry").send("POST", "/oauth/token", data=data, auth=("webshop", SERVICE_SECRET))
    assert unknown.status_code == 401


async def test_an_unknown_client_and_a_wrong_secret_look_the_same(client):
    partner_client = await entered(client)
    other = await entered(client, {**PORTAL, "name": "Suljettu"})
    await client("registry", ADMIN).patch(f"/v1/partners/{other['client_id']}", {"active": False}, version=1)
    unknown = {"client_id": "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11", "client_secret": "x"}
    answers = [
        await asked_for_a_token(client, form(who))
        for who in ({**partner_client, "client_secret": "x"}, unknown, {**unknown, "client_id": "a\x00b"}, other)
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert all(answer.headers["www-authenticate"].startswith("Basic") for answer in answers)
    bodies = [{**answer.json(), "instance": ""} for answer in answers]
    assert bodies[0]["error"] == "invalid_client"
    assert all(body == bodies[0] for body in bodies)


@pytest.mark.parametrize(
    ("data", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "scope": "x" * 5000}, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": "x", "client_secret": "y" * 5000}, 400, "invalid_request"),
    ],
)
async def test_a_malformed_request_gets_an_error_of_the_rfc(client, data, status, error):
    answer = await asked_for_a_token(client, data)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("header", ["Basic ???", "Basic YWJj", "Bearer abc", "Basic", "Basic /w=="])
async def test_a_broken_header_is_a_client_unknown(client, header):
    data = {"grant_type": "client_credentials"}
    answer = await asked_for_a_token(client, data, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_machine_clients_are_listed_by_name_without_their_secrets(client):
    for name in ("Toinen", "Eka"):
        await entered(client, {**PORTAL, "name": name})
    admin = client("registry", ADMIN)
    listed = (await admin.get("/v1/partners")).json()["items"]
    assert [one["name"] for one in listed] == ["Eka", "Toinen"]
    assert not any("secret" in key for one in listed for key in one)
    closed = listed[0]["client_id"]
    await admin.patch(f"/v1/partners/{closed}", {"active": False}, version=1)
    assert [one["client_id"] for one in (await admin.get("/v1/partners", active=False)).json()["items"]] == [closed]
    taken = await admin.patch(f"/v1/partners/{closed}", {"name": "Toinen"}, version=2)
    assert (taken.status_code, taken.json()["code"]) == (409, "partner-name-taken")
    assert (await admin.post("/v1/partners/0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11/secret")).status_code == 404


async def test_a_renewed_secret_voids_the_old_one(client):
    partner_client = await entered(client)
    renewed = await client("registry", ADMIN).post(f"/v1/partners/{partner_client['client_id']}/secret")
    assert renewed.status_code == 201 and renewed.json()["version"] == 2
    assert (await asked_for_a_token(client, form(partner_client))).status_code == 401
    assert (await asked_for_a_token(client, form(renewed.json()))).status_code == 200


async def test_rights_taken_away_are_not_in_the_next_token(client):
    partner_client = await entered(client)
    address = f"/v1/partners/{partner_client['client_id']}"
    changed = await client("registry", ADMIN).patch(address, {"scopes": ["events:read"] * 2}, version=1)
    assert changed.json()["scopes"] == ["events:read"]
    assert (await asked_for_a_token(client, form(partner_client))).json()["scope"] == "events:read"
    too_much = await client("registry", ADMIN).patch(address, {"scopes": ["feedback:text"]}, version=2)
    assert (too_much.status_code, too_much.json()["code"]) == (422, "scopes-beyond-roles")


async def test_a_service_without_the_key_gets_its_token(client, change_settings):
    hashed = hashlib.sha256(SERVICE_SECRET.encode()).hexdigest()
    change_settings("registry", service_clients={"events": hashed})
    data = {"grant_type": "client_credentials"}
    right = await client("registry").send("POST", "/oauth/token", data=data, auth=("events", SERVICE_SECRET))
    wrong = await client("registry").send("POST", "/oauth/token", data=data, auth=("events", "x"))
    assert (right.status_code, wrong.status_code) == (200, 401)
    assert "messages:write" in right.json()["scope"]


async def test_the_public_keys_and_the_metadata_are_public_and_cacheable(client):
    keys = await client("registry").get("/.well-known/jwks.json")
    metadata = await client("registry").get("/.well-known/oauth-authorization-server")
    assert keys.json()["keys"][0]["alg"] == "ES256" and "d" not in keys.json()["keys"][0]
    assert keys.headers["cache-control"] == metadata.headers["cache-control"] == "public, max-age=300"
    assert metadata.json()["token_endpoint"] == "http://vipu.test/oauth/token"


def test_the_registry_does_not_start_without_its_key_outside_development(signing_key):
    addresses = {f"{name}_url": f"http://{name}:8000" for name in ("registry", "events", "feedback")}
    secrets = {"cursor_key": "x" * 32, "database_url": "postgresql://x"}
    settings = {"environment": "production", "public_url": "https://vipu.example", **addresses, **secrets}
    with pytest.raises(ValidationError, match="VIPU_SIGNING_KEY"):
        RegistrySettings.model_validate(settings)
    assert RegistrySettings.model_validate({**settings, "signing_key": signing_key}).signing_key is not None
