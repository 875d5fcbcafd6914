"""A request that reaches another service than the one it is for: refused before any work, in every shape of running."""

import httpx
import pytest

from services.contracts.services import SERVICE_NAMES
from services.kernel.background.upstream import UpstreamUnavailable, call_upstream
from services.kernel.http import name_services
from services.kernel.settings import CoreSettings
from services.kernel.web.errors import Problem
from services.runner.front import Front
from services.runner.proxy import Proxy, new_session
from services.site import Upstreams, build_pages
from tests.factories import COORDINATOR, an_event, person
from tests.runner.test_proxy import echo, served

ALL = [*SERVICE_NAMES, "site"]
NAMES = [*ALL, "", "EVENTS", "events ", "nobody", "ä", "events,events", "x" * 5000]


@pytest.fixture
def behind_the_front(applications):
    """The services and the pages, each alone, as a front reaches them."""
    apps = {**applications.apps, "site": build_pages(Upstreams(applications.client, {}), has_mailbox=False)}

    def client(name: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=apps[name], raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://vipu.test")

    return client


def is_refused(answer: httpx.Response) -> bool:
    if answer.status_code != 421:
        return False
    problem = Problem.model_validate(answer.json())
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem.code, problem.retryable, problem.status) == ("misdirected-request", True, 421)
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "no-store"
    assert problem.instance == f"urn:uuid:{answer.headers['x-request-id']}"
    return True


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", "/v1/summary", "/v1/events", "/nowhere", "/e/kahvit"]
)
async def test_a_request_for_another_service_is_refused(behind_the_front, name, path):
    async with behind_the_front(name) as client:
        for named in NAMES:
            answer = await client.get(path, headers={"X-Vipu-Service": named.encode()})
            assert is_refused(answer) is (named != name), named
        assert not is_refused(await client.get(path))


async def test_of_two_names_both_must_fit(behind_the_front):
    async with behind_the_front("events") as client:
        for names, refused in ((["events", "feedback"], True), (["feedback", "events"], True), (["events"] * 2, False)):
            answer = await client.get("/healthz", headers=[("X-Vipu-Service", name) for name in names])
            assert is_refused(answer) is refused


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "PURGE"])
async def test_every_method_is_refused(behind_the_front, method):
    async with behind_the_front("feedback") as client:
        answer = await client.request(method, "/v1/surveys", headers={"X-Vipu-Service": "events"}, content=b"{}")
        assert answer.status_code == 421
        assert bool(answer.content) is (method != "HEAD")


async def test_a_refused_request_has_no_effect(client, superuser):
    staff, public = client("events", COORDINATOR), client("events")
    event = await an_event(staff)
    address = f"/v1/events/{event['slug']}/registrations"
    key = {"Idempotency-Key": "0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10"}
    assert is_refused(await public.post(address, person(1), headers={**key, "X-Vipu-Service": "feedback"}))
    assert await superuser.fetchval("SELECT count(*) FROM events.registrations") == 0
    # The key is not taken either: the same request succeeds where it belongs.
    assert (await public.post(address, person(1), headers={**key, "X-Vipu-Service": "events"})).status_code == 201


@pytest.mark.parametrize("named", [None, "site", "events", "feedback"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/events/healthz", "events"),
        ("/api/registry/healthz", "registry"),
        ("/.well-known/jwks.json", "registry"),
        ("/healthz", "site"),
        ("/api/nobody/healthz", "site"),
    ],
)
async def test_callers_from_outside_cannot_name_a_service(applications, path, name, named):
    pages = build_pages(Upstreams(applications.client, {}), has_mailbox=False)
    transport = httpx.ASGITransport(app=Front(applications.apps, pages))
    headers = {} if named is None else {"X-Vipu-Service": named}
    async with httpx.AsyncClient(transport=transport, base_url="http://vipu.test", headers=headers) as client:
        answer = await client.get(path)
    assert answer.status_code == (404 if "nobody" in path else 200)
    if "healthz" in path and name != "site":
        assert answer.json()["service"] == name


async def test_the_split_front_names_the_service_in_place_of_the_caller():
    async with served(echo) as inner, new_session() as session:
        front = Front({name: Proxy(inner, session) for name in SERVICE_NAMES}, echo)
        async with served(front) as outer, httpx.AsyncClient(base_url=outer) as client:
            for headers in ({}, {"X-Vipu-Service": "site"}, {"Connection": "X-Vipu-Service"}):
                for name in SERVICE_NAMES:
                    arrived = (await client.get(f"/api/{name}/v1", headers=headers)).json()["headers"]
                    assert arrived["x-vipu-service"] == [name]
                arrived = (await client.get("/.well-known/jwks.json", headers=headers)).json()["headers"]
                assert arrived["x-vipu-service"] == ["registry"]


SETTINGS = CoreSettings.model_construct(
    registry_url="http://registry:8000",
    events_url="http://10.0.0.7:80/",
    feedback_url="https://vipu.example/api/feedback",
    jwks_url="http://keys.example/.well-known/jwks.json",
    token_url="http://registry:8000/oauth/token",
)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://registry:8000/v1/projects?leads=true", "registry"),
        ("http://registry:8000/oauth/token", "registry"),
        ("http://registry:8000", "registry"),
        ("http://REGISTRY:8000/v1", "registry"),
        ("http://keys.example/.well-known/jwks.json", "registry"),
        ("http://keys.example/.well-known/jwks.json.txt", None),
        ("http://10.0.0.7/v1/events", "events"),
        ("http://10.0.0.7:8080/v1/events", None),
        ("https://vipu.example/api/feedback/v1/surveys", "feedback"),
        ("https://vipu.example/api/feedback?x", "feedback"),
        ("https://vipu.example/api/feedbacks/v1", None),
        ("https://partner.example/http://registry:8000/v1", None),
        ("http://registry:8001/v1", None),
    ],
)
async def test_services_name_each_other_and_no_one_else(address, name):
    seen: list[str | None] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("X-Vipu-Service"))
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(note)) as client:
        name_services(client, SETTINGS.addresses)
        await client.get(address)
    assert seen == [name]


async def test_a_misdirected_call_is_no_refusal_of_what_was_asked(applications):
    runtime = applications.runtime("events")
    statuses = iter([421, 409])
    transport = httpx.MockTransport(lambda _: httpx.Response(next(statuses)))
    async with httpx.AsyncClient(transport=transport) as client:
        runtime.client = client
        for is_refusal in (False, True):
            with pytest.raises(UpstreamUnavailable) as failure:
                await call_upstream(runtime, Problem, "POST", "http://feedback.vipu/v1/surveys")
            assert failure.value.is_refusal is is_refusal
