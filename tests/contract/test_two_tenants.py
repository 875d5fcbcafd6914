"""Two tenants: whoever has rights in one place alone reads and changes nothing of another, by any operation."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from services.contracts.roles import SERVICE_SCOPES, Grant, Role
from services.kernel.web.routing import declared_access
from tests.client import ApiClient
from tests.contract.tenants import PUBLISHED, TABLES, Foreign
from tests.coordinations import COORDINATION
from tests.events.test_everybody_else import ground as of_event
from tests.factories import ADMIN, COORDINATOR, a_draft, a_project, an_event, event_body
from tests.feedback.test_everybody_else import ground as of_survey
from tests.registry.test_everybody_else import ground as of_project
from tests.registry.test_imports import some_rows
from tests.route_walk import CANARIES, NAME, Ground

HERE, PROJECT, EVENT = (UUID(int=number) for number in (1, 2, 3))
# All of them have every right that the roles of one place give, and none in the place of the other tenant.
CALLERS = {
    "coordinator": (Grant(Role.coordinator, coordination_id=HERE),),
    "administrator": (Grant(Role.admin, coordination_id=HERE),),
    "both": (Grant(Role.coordinator, coordination_id=HERE), Grant(Role.admin, coordination_id=HERE)),
    "several-places": (
        Grant(Role.funder, coordination_id=HERE),
        Grant(Role.partner, coordination_id=UUID(int=4)),
        Grant(Role.project_contact, project_id=PROJECT),
        Grant(Role.door, event_id=EVENT),
        Grant(Role.coordinator, event_id=EVENT),
    ),
}
READING, WRITING = {"GET", "HEAD"}, {"POST", "PUT", "PATCH", "DELETE"}
# Nobody reads them of a draft, or by a role.
ONLY_PUBLIC = {"read_event_calendar", "read_event_json_ld", "read_window", "read_own_registration"}
# Ids of objects that all tenants read.
COMMON_IDS = {"organisation_id", "merge_id", "scheme", "code", "version", "key"}


def operations(app) -> Iterator[tuple[str, str, str]]:
    """Operation id, method and path of every operation of the contract."""
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            if method in {"get", "head", "put", "post", "patch", "delete"}:
                yield operation["operationId"], method.upper(), path


@pytest.mark.parametrize("service", TABLES)
def test_every_operation_has_an_expectation(applications, service):
    found = {name for name, _, _ in operations(applications.apps[service])}
    assert found == set(TABLES[service]), "Say in tests/contract/tenants.py what a foreign caller gets."


async def ask(caller, ground, method, path):
    """Send the request that the ground describes for the route."""
    address = path
    for name, value in ground.ids.items():
        address = address.replace("{" + name + "}", value)
    headers = {"If-Match": '"v1"'} if method in WRITING else {}
    body = ground.bodies.get((method, path))
    if path.endswith(("/responses", "/self")):
        headers |= ground.headers
    return await caller.send(method, address, params=ground.params.get(path, {}), json=body, headers=headers)


async def digest(superuser, service):
    """What the service has stored, row by row, but for answers to idempotency keys, which nobody sends here."""
    tables = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1", service)
    parts = [
        f"SELECT '{table}', md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {service}.{table} AS t"
        for (table,) in tables
    ]
    return dict(tuple(row) for row in await superuser.fetch(" UNION ALL ".join(parts)))


def nothing_like(ground):
    """The same requests about objects that do not exist."""
    ids = {name: value if name in COMMON_IDS else str(uuid4()) for name, value in ground.ids.items()}
    return replace(ground, ids=ids)


async def check(caller, app, ground, table, *, methods, also):
    """Assert that each operation of the methods answers to the caller as the table says, or with a status of `also`."""
    nothing = nothing_like(ground)
    secret = [value for name, value in ground.ids.items() if name not in COMMON_IDS]
    for name, method, path in operations(app):
        expected = table[name]
        if expected in {Foreign.shared, Foreign.own, Foreign.open_to_all} or method not in methods:
            continue
        answer = await ask(caller, ground, method, path)
        where = f"{name}, {expected}: {answer.status_code} {answer.text[:200]}"
        if expected in {Foreign.hidden, Foreign.forbidden}:
            assert answer.status_code in {expected.value, *also}, where
            # A scope that is missing is missing for every object.
            if "missing_scopes" not in answer.text and "{" in path:
                unknown = await ask(caller, nothing, method, path)
                assert unknown.status_code == answer.status_code, where
        else:
            assert answer.status_code in ({403} if expected is Foreign.denied else {200, 403}), where
        assert not any(canary in answer.text.lower() for canary in CANARIES), where
        if expected not in {Foreign.public, Foreign.named}:
            assert not any(one in answer.text for one in secret), where


async def registry_ground(client, applications):
    admin = client("registry", ADMIN)
    found = await of_project(admin, state="idea")
    leading = await a_project(admin, kind="coordination", scope="national")
    own = client("registry", Grant(Role.coordinator, coordination_id=UUID(str(leading["id"]))))
    made = await own.send("POST", "/v1/imports", content=some_rows(1), headers={"Content-Type": "text/csv"})
    project = found.bodies["POST", "/v1/projects"] | {"coordinated_by": leading["slug"]}
    spelling = found.bodies["POST", "/v1/spellings"] | {"coordination_id": leading["id"]}
    partner = {
        "name": NAME,
        "scopes": ["registry:read"],
        "grants": [{"role": "partner", "coordination_id": leading["id"]}],
    }
    bodies = {("POST", "/v1/projects"): project, ("POST", "/v1/spellings"): spelling, ("POST", "/v1/partners"): partner}
    figures = {"coordination": leading["id"], "period": "2026S1"}
    params = dict.fromkeys(("/v1/measures", "/v1/summary", "/v1/network/edges"), figures)
    return replace(
        found,
        ids={**found.ids, "import_id": made.json()["id"], "scheme": "maakunta", "code": "05"},
        params={**found.params, **params},
        bodies={**found.bodies, **bodies},
    )


async def draft_ground(client, applications):
    staff = client("events", COORDINATOR)
    return await of_event(staff, await a_draft(staff, title={"fi": NAME}, join_url="https://meet.example/salattu"))


async def published_ground(client, applications):
    staff = client("events", COORDINATOR)
    return await of_event(staff, await an_event(staff, join_url="https://meet.example/salattu"))


async def survey_ground(client, applications):
    return await of_survey(client("feedback", COORDINATOR), "draft")


async def dashboard_ground(client, applications):
    project = await a_project(client("registry", ADMIN), kind="coordination", scope="national")
    series = {"/v1/coordinations/{ref}/measures/{key}/series": {"periods": "2026S1"}}
    return Ground({"ref": str(project["id"]), "key": "coffee"}, series)


WORLDS = {
    # In two, because no test may take long.
    "reading the registry": ("registry", registry_ground, TABLES["registry"], READING),
    "writing to the registry": ("registry", registry_ground, TABLES["registry"], WRITING),
    "draft events": ("events", draft_ground, TABLES["events"], READING | WRITING),
    "published events": ("events", published_ground, PUBLISHED, READING | WRITING),
    "feedback": ("feedback", survey_ground, TABLES["feedback"], READING | WRITING),
    "dashboard": ("dashboard", dashboard_ground, TABLES["dashboard"], READING),
}


@pytest.mark.parametrize("grants", CALLERS.values(), ids=CALLERS)
@pytest.mark.parametrize("world", WORLDS)
async def test_nothing_of_another_tenant_is_read_or_changed(client, applications, superuser, world, grants):
    service, make, table, methods = WORLDS[world]
    ground = await make(client, applications)
    stored = "registry" if service == "dashboard" else service
    before = await digest(superuser, stored)
    # With the scopes of all operations, nothing is refused for want of a scope alone.
    also = {401} if grants == CALLERS["both"] else {403}
    await check(client(service, *grants), applications.apps[service], ground, table, methods=methods, also=also)
    assert await digest(superuser, stored) == before


async def test_a_public_project_of_another_tenant_is_not_changed(client, applications, superuser):
    ground = await of_project(client("registry", ADMIN))
    before = await digest(superuser, "registry")
    caller = client("registry", *CALLERS["both"], *CALLERS["several-places"])
    for name, method, path in operations(applications.apps["registry"]):
        if method in WRITING and TABLES["registry"][name] in {Foreign.hidden, Foreign.forbidden}:
            answer = await ask(caller, ground, method, path)
            assert answer.status_code in {403, 404}, f"{name} {answer.text[:200]}"
    assert await digest(superuser, "registry") == before


@pytest.mark.parametrize("world", [world for world, (*_, methods) in WORLDS.items() if "GET" in methods])
async def test_what_is_hidden_from_others_is_there(client, applications, world):
    """The control: the requests of the test above are answered to those who have the rights."""
    service, make, table, _ = WORLDS[world]
    ground = await make(client, applications)
    admin = client(service, ADMIN)
    for name, method, path in operations(applications.apps[service]):
        if method == "GET" and table[name] is Foreign.hidden and name not in ONLY_PUBLIC:
            if world == "draft events" and "registration_id" in path:
                continue  # A draft has no registrations.
            answer = await ask(admin, ground, method, path)
            assert answer.status_code == 200, f"{name} {answer.text[:300]}"


@pytest.mark.parametrize("role", [Role.funder, Role.partner, Role.project_contact])
async def test_a_role_there_does_not_add_to_a_role_here(client, applications, superuser, role):
    """A coordinator of one place who reads the figures of another changes nothing there, and reads no person."""
    ground = await published_ground(client, applications)
    before = await digest(superuser, "events")
    caller = client("events", *CALLERS["both"], Grant(role, coordination_id=COORDINATION))
    app = applications.apps["events"]
    for name, method, path in operations(app):
        if PUBLISHED[name] in {Foreign.hidden, Foreign.denied, Foreign.forbidden}:
            answer = await ask(caller, ground, method, path)
            assert method == "GET" or answer.status_code in {403, 404}, f"{name} {answer.text[:200]}"
            assert not any(canary in answer.text.lower() for canary in CANARIES), name
    assert await digest(superuser, "events") == before


@pytest.mark.parametrize("calling", SERVICE_SCOPES)
@pytest.mark.parametrize("called", ["registry", "events", "feedback"])
async def test_a_service_does_with_another_what_its_scopes_say_alone(client, applications, superuser, calling, called):
    """The token of feedback writes nothing in the registry, and so on."""
    make = {"registry": registry_ground, "events": published_ground, "feedback": survey_ground}[called]
    ground, app = await make(client, applications), applications.apps[called]
    before = await digest(superuser, called)
    token = await applications.apps[calling].state.runtime.token()
    caller = ApiClient(applications.client, f"http://{called}.vipu", token)
    for name, method, path in operations(app):
        needed = scopes_of(app, method, path)
        if needed and not needed <= SERVICE_SCOPES[calling]:
            answer = await ask(caller, ground, method, path)
            assert (answer.status_code, "missing_scopes" in answer.json()) == (403, True), name
    assert await digest(superuser, called) == before


def scopes_of(app, method, path):
    """The scopes that the route declares; none where it is public."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and context.path_format == path and method in route.methods:
            return set(declared_access(route.dependant).scopes)
    raise AssertionError(path)


async def test_a_replay_gives_no_answer_of_another_tenant(client, applications):
    """The same subject, the same key and the same body, but rights in another place."""
    leading = await a_project(client("registry", ADMIN), kind="coordination", scope="national")
    there = UUID(str(leading["id"]))
    idea = {"kind": "pilot", "scope": "regional", "state": "idea", "name": {"fi": NAME}, "coordinated_by": str(there)}
    made = await client("registry", ADMIN).post("/v1/organisations", {"kind": "agency", "name": {"fi": "Virasto"}})
    spelling = {"coordination_id": str(there), "spelling": NAME, "organisation_id": made.json()["id"]}
    await applications.worker("registry").drain()  # Events knows the coordination then.
    posts = [
        ("registry", "/v1/projects", idea),
        ("registry", "/v1/spellings", spelling),
        ("events", "/v1/events", event_body(coordination_id=str(there), title={"fi": NAME})),
    ]
    for service, path, body in posts:
        headers = {"Idempotency-Key": str(uuid4())}
        owner = client(service, Grant(Role.coordinator, coordination_id=there))
        first = await owner.post(path, body, headers=headers)
        assert first.status_code == 201, first.text
        again = await owner.post(path, body, headers=headers)
        assert "idempotency-replayed" in again.headers and again.json() == first.json()
        for grants in CALLERS.values():
            replayed = await client(service, *grants).post(path, body, headers=headers)
            assert replayed.status_code in {403, 404, 422} and first.json()["id"] not in replayed.text


async def test_a_replayed_upload_gives_no_import_of_another_tenant(client, applications):
    there = Grant(Role.coordinator, coordination_id=uuid4())
    headers = {"Content-Type": "text/csv", "Idempotency-Key": str(uuid4())}
    first = await client("registry", there).send("POST", "/v1/imports", content=some_rows(1), headers=headers)
    for grants in CALLERS.values():
        caller = client("registry", *grants)
        answer = await caller.send("POST", "/v1/imports", content=some_rows(1), headers=headers)
        assert answer.json().get("id") != first.json()["id"]
        commands = [f"/v1/imports/{first.json()['id']}/{command}" for command in ("apply", "undo")]
        assert {(await caller.post(path, headers=headers)).status_code for path in commands} <= {403, 404}
