"""Locations: the caller who made a resource can read it at the Location of the 201."""

from uuid import UUID, uuid4

import httpx
import pytest

from services.contracts.roles import Grant, Role
from services.kernel.data.ids import new_secret, secret_hash
from tests.client import ApiClient
from tests.factories import COORDINATOR, PAST, a_survey_body, an_event, event_body, person
from tests.factories import COORDINATOR as SURVEYOR
from tests.route_walk import routes

ADMIN = Grant(Role.admin)
# A response to a survey has no address: reading one back would name its author.
RESPONSE = ("POST", "/v1/surveys/{survey_id}/responses")


def making(app):
    """The operations that answer 201."""
    paths = app.openapi()["paths"]
    return {(method, path) for method, path in routes(app) if "201" in paths[path][method.lower()]["responses"]}


async def read_back(caller: ApiClient, service: str, made: httpx.Response, **headers: str) -> httpx.Response:
    """Assert that the answer names an address at which the caller can read the resource."""
    assert made.status_code == 201, made.text
    address = made.headers["location"]
    assert address.startswith(f"/api/{service}/v1/")
    read = await caller.get(address.removeprefix(f"/api/{service}"), headers=headers or None)
    assert read.status_code == 200, f"{address}: {read.text}"
    return read


async def in_registry(admin):
    project = {"kind": "pilot", "scope": "regional", "state": "running", "name": {"fi": "Hanke"}}
    yield (
        "/v1/organisations",
        (keha := await admin.post("/v1/organisations", {"kind": "agency", "name": {"fi": "KEHA"}})),
    )
    spelling = {"coordination_id": None, "spelling": "Keha keskus", "organisation_id": keha.json()["id"]}
    twin = (await admin.post("/v1/organisations", {"kind": "agency", "name": {"fi": "Keha"}})).json()["id"]
    merges = f"/v1/organisations/{keha.json()['id']}/merges"
    yield "/v1/organisations/{organisation_id}/merges", await admin.post(merges, {"other": twin})
    yield "/v1/spellings", await admin.post("/v1/spellings", spelling)
    yield "/v1/projects", (first := await admin.post("/v1/projects", project))
    other = (await admin.post("/v1/projects", {**project, "name": {"fi": "Toinen"}})).json()["id"]
    relation = {"kind": "succeeds", "other": other}
    # By its slug: the address is the one that the caller used.
    related = await admin.post(f"/v1/projects/{first.json()['slug']}/relations", relation)
    assert related.headers["location"].startswith(f"/api/registry/v1/projects/{first.json()['slug']}/relations/")
    yield "/v1/projects/{ref}/relations", related
    third = (await admin.post("/v1/projects", {**project, "name": {"fi": "Kolmas"}})).json()["id"]
    yield "/v1/projects/{ref}/links", await admin.post(f"/v1/projects/{first.json()['id']}/links", {"other": third})
    yield "/v1/partners", (partner := await admin.post("/v1/partners", {"name": "X", "scopes": ["registry:read"]}))
    address = f"/v1/partners/{partner.json()['client_id']}/secret"
    yield "/v1/partners/{client_id}/secret", await admin.post(address)


async def in_events(staff):
    yield "/v1/events", await staff.post("/v1/events", event_body())
    event = f"/v1/events/{(await an_event(staff))['id']}"
    yield "/v1/events/{ref}/registrations", await staff.post(f"{event}/registrations", person(), key=True)
    event = f"/v1/events/{(await an_event(staff, starts_at=PAST))['id']}"
    yield "/v1/events/{ref}/walk-ins", await staff.post(f"{event}/walk-ins", {"name": "Yllättävä Vieras"})


async def in_feedback(coordinator):
    yield "/v1/surveys", (made := await coordinator.post("/v1/surveys", await a_survey_body(coordinator)))
    definition = {"questions": [{"type": "text", "id": "other", "label": {"fi": "Muuta"}}]}
    address = f"/v1/surveys/{made.json()['id']}/versions"
    yield "/v1/surveys/{survey_id}/versions", await coordinator.post(address, {"definition": definition})


@pytest.mark.parametrize(
    ("service", "grant", "made_in"),
    [("registry", ADMIN, in_registry), ("events", COORDINATOR, in_events), ("feedback", SURVEYOR, in_feedback)],
)
async def test_what_a_caller_makes_can_be_read_at_its_location(applications, client, service, grant, made_in):
    caller, made = client(service, grant), {}
    async for path, answer in made_in(caller):
        made["POST", path] = (await read_back(caller, service, answer)).json()
        names = {"id", "client_id", "version"} & answer.json().keys() & made["POST", path].keys()
        assert all(made["POST", path][name] == answer.json()[name] for name in names - {"version"})
    app = applications.apps[service]
    assert made.keys() == making(app) - {RESPONSE}
    for method, path in made:
        assert "Location" in app.openapi()["paths"][path][method.lower()]["responses"]["201"]["headers"]


async def test_a_response_to_a_survey_declares_no_location(applications):
    app = applications.apps["feedback"]
    method, path = RESPONSE
    assert RESPONSE in making(app)
    assert "Location" not in app.openapi()["paths"][path][method.lower()]["responses"]["201"]["headers"]


async def test_an_anonymous_caller_reads_a_registration_at_its_location_with_the_mailed_link(client, superuser):
    event = await an_event(client("events", COORDINATOR))
    anonymous, key = client("events"), {"Idempotency-Key": str(uuid4())}
    answers = [await anonymous.post(f"/v1/events/{event['id']}/registrations", person(), headers=key) for _ in range(2)]
    assert answers[1].headers["idempotency-replayed"] == "true"
    secret = new_secret()
    await superuser.execute(
        "INSERT INTO events.registration_links (token_hash, registration_id) VALUES ($1, $2)",
        secret_hash(secret),
        UUID(answers[0].json()["id"]),
    )
    for made in answers:
        assert made.headers["location"] == "/api/events/v1/registrations/self"
        read = await read_back(anonymous, "events", made, **{"X-Manage-Token": secret})
        assert read.json()["state"] == made.json()["state"]


async def test_door_staff_read_a_walk_in_at_its_location(client):
    event = await an_event(client("events", COORDINATOR), starts_at=PAST)
    door_staff = client("events", Grant(Role.door, event_id=UUID(event["id"])))
    made = await door_staff.post(f"/v1/events/{event['id']}/walk-ins", {"name": "Yllättävä Vieras"})
    read = await read_back(door_staff, "events", made)
    assert [item["id"] for item in read.json()["items"]] == [made.json()["id"]]


async def test_a_replayed_answer_names_the_same_location(client):
    admin, headers = client("registry", ADMIN), {"Idempotency-Key": str(uuid4())}
    body = {"kind": "agency", "name": {"fi": "KEHA"}}
    first, again = [await admin.post("/v1/organisations", body, headers=headers) for _ in range(2)]
    assert again.headers["idempotency-replayed"] == "true"
    assert first.headers["location"] == again.headers["location"]
    assert first.headers["location"] == f"/api/registry/v1/organisations/{first.json()['id']}"


async def test_a_refused_request_has_no_location(client):
    refused = await client("registry", ADMIN).post("/v1/organisations", {"name": {}})
    assert refused.status_code == 422
    assert "location" not in refused.headers
