"""`deploy/nginx.conf` in nginx itself: a request reaches the service that it is for, or gets a failure that says so."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.contracts.services import SERVICE_NAMES
from services.kernel.web.errors import CATALOGUE, Problem
from services.runner.errors import ServiceNotReachable, ServiceTooSlow
from services.runner.processes import root_path_of
from services.site import Upstreams, build_pages
from tests.factories import COORDINATOR, an_event, person
from tests.installation.name_server import name_server
from tests.installation.reverse_proxy import NGINX, REASON, Answer, ask, get, listening, reverse_proxy
from tests.ports import own_port

pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason=REASON)]

ALL = [*SERVICE_NAMES, "site"]
PLACES = [f"127.0.91.{number}" for number in range(1, len(ALL) + 1)]
# nginx may look for a service at its old address for two seconds, and then answers at once.
SETTLED_SECONDS = 4.0
MISDIRECTED, NOT_REACHED = 421, 502


def echo(name: str) -> ASGIApp:
    """A stand-in for a service: tells its name and the request as it arrived."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        query = scope["query_string"].decode("latin-1")
        # The server put the prefix back that nginx removed.
        path = scope["raw_path"].decode("latin-1").removeprefix(scope["root_path"])
        raw = path + (f"?{query}" if query else "")
        headers = {key: request.headers.getlist(key) for key in request.headers}
        body = {"name": name, "raw": raw, "headers": headers, "length": len(await request.body())}
        await JSONResponse(body, headers={"Location": f"http://{name}:8000/x"})(scope, receive, send)

    return app


async def hang(scope: Scope, receive: Receive, send: Send) -> None:
    """Be a service that accepts requests and answers none."""
    while (await receive())["type"] != "http.disconnect":
        pass


Front = Callable[..., object]


@pytest.fixture
def before(tmp_path) -> Front:
    """`async with before({"events": app}) as (port, move)`: nginx before applications; `move(...)` exchanges them."""

    @asynccontextmanager
    async def begin(apps: dict[str, ASGIApp]) -> AsyncIterator[tuple[int, Callable[[dict[str, str]], object]]]:
        port = own_port()
        service_port, addresses = port + 2, {}
        async with AsyncExitStack() as stack, AsyncExitStack() as running:

            async def move(places: dict[str, str]) -> None:
                await running.aclose()
                for name, place in places.items():
                    app, root = apps[name], root_path_of(name)
                    await running.enter_async_context(listening(app, place, service_port, root_path=root))
                addresses.clear()
                addresses.update(places)

            await move(dict(zip(apps, PLACES, strict=False)))
            resolver = await stack.enter_async_context(name_server(addresses))
            front = reverse_proxy(tmp_path, port=port, service_port=service_port, resolver=resolver)
            yield await stack.enter_async_context(front), move

    return begin


def problem_of(answer: Answer) -> Problem:
    """Return the problem document of nginx, after a look at what each must have."""
    problem = Problem.model_validate(json.loads(answer.body))
    assert problem.status == answer.status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert problem.instance == f"urn:uuid:{answer.headers['x-request-id']}"
    kind = CATALOGUE[problem.code]
    assert (problem.title, problem.status, problem.retryable) == (kind.title("en"), kind.status, kind.retryable)
    assert problem.retryable is ("retry-after" in answer.headers)
    return problem


@pytest_asyncio.fixture
async def services(applications) -> dict[str, ASGIApp]:
    """The real services and the pages."""
    return {**applications.apps, "site": build_pages(Upstreams(applications.client, {}), has_mailbox=False)}


async def test_no_request_reaches_a_wrong_service_while_addresses_are_exchanged(before, services, client, superuser):
    event = await an_event(client("events", COORDINATOR))
    answers: Counter[tuple[str, int]] = Counter()
    confirmed = 0

    async def call(front: httpx.AsyncClient, name: str) -> None:
        answer = await front.get("/healthz" if name == "site" else f"/api/{name}/healthz")
        answers[name, answer.status_code] += 1
        if answer.status_code == 200:
            assert answer.json()["service"] == name
        else:
            assert answer.json()["retryable"], answer.text
            assert int(answer.headers["retry-after"]) > 0

    async def register(front: httpx.AsyncClient, number: int) -> None:
        nonlocal confirmed
        answer = await front.post(f"/api/events/v1/events/{event['slug']}/registrations", json=person(number))
        assert answer.status_code in {201, MISDIRECTED, NOT_REACHED, 504}, answer.text
        confirmed += answer.status_code == 201

    async def calls(port: int, until: float, first: int = 0) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as front:
            number = first
            while time.monotonic() < until:
                await asyncio.gather(*(call(front, name) for name in ALL))
                await register(front, number := number + 1)
                await asyncio.sleep(0.02)

    async with before(services) as (port, move):
        for turn in range(4):
            places = PLACES[turn:] + PLACES[:turn]
            await move(dict(zip(ALL, places, strict=True)))
            await calls(port, time.monotonic() + 3.0, first=1000 * turn)
        await asyncio.sleep(SETTLED_SECONDS)
        answers_before, confirmed_before = answers.total(), confirmed
        answers.clear()
        await calls(port, time.monotonic() + 1.0, first=9000)
    assert {status for _, status in answers} == {200}, answers
    assert answers_before > 100
    assert confirmed > confirmed_before
    assert await superuser.fetchval("SELECT count(*) FROM events.registrations") == confirmed


async def test_requests_did_reach_wrong_services_and_these_refused_them(before, services):
    refused: Counter[str] = Counter()
    async with before(services) as (port, move):
        for name in ALL:
            assert (await get(port, "/healthz" if name == "site" else f"/api/{name}/healthz")).status == 200
        await move(dict(zip(ALL, PLACES[1:] + PLACES[:1], strict=True)))
        for name in ALL:
            answer = await get(port, "/readyz" if name == "site" else f"/api/{name}/v1/summary")
            refused[name] += answer.status == MISDIRECTED
            assert json.loads(answer.body)["code"] == "misdirected-request"
        await asyncio.sleep(SETTLED_SECONDS)
        for name in ALL:
            assert (await get(port, "/healthz" if name == "site" else f"/api/{name}/healthz")).status == 200
    # Without the rule, each of these would have been answered by a service that it was not for.
    assert refused == dict.fromkeys(ALL, 1)


TARGETS = [
    ("/api/events/v1/a%2Fb/%C3%A4?q=%26&q=+", "events", "/v1/a%2Fb/%C3%A4?q=%26&q=+"),
    ("/api/events/", "events", "/"),
    ("/api/events/?x=%2f", "events", "/?x=%2f"),
    ("/api/registry/v1//two/%41;p=1/~%7e", "registry", "/v1//two/%41;p=1/~%7e"),
    ("/api/feedback/v1/x?next=/api/registry/v1&a=%00", "feedback", "/v1/x?next=/api/registry/v1&a=%00"),
    ("/api/dashboard/v1/coordinations?period=2026S2", "dashboard", "/v1/coordinations?period=2026S2"),
    ("/api/dashboard/api/events/v1", "dashboard", "/api/events/v1"),
    ("/api/events/../registry/v1", "events", "/../registry/v1"),
    ("/api/events/v1/%2e%2e/x", "events", "/v1/%2e%2e/x"),
    ("http://elsewhere.example/api/events/v1", "events", "/v1"),
    ("/oauth/token", "registry", "/oauth/token"),
    ("/oauth/token?x=1", "registry", "/oauth/token?x=1"),
    ("/.well-known/jwks.json", "registry", "/.well-known/jwks.json"),
    ("/oauth/tokens", "site", "/oauth/tokens"),
    ("/e/%C3%A4%2F?a=%20b+c", "site", "/e/%C3%A4%2F?a=%20b+c"),
    ("/api/%65vents/v1", "site", "/api/%65vents/v1"),
    ("/API/events/v1", "site", "/API/events/v1"),
    ("//api/events/v1", "site", "//api/events/v1"),
    ("/api/registry", "site", "/api/registry"),
    ("/api/registry?x=/", "site", "/api/registry?x=/"),
    ("/api/nobody/v1", "site", "/api/nobody/v1"),
    ("/api", "site", "/api"),
    ("/?u=/api/events/", "site", "/?u=/api/events/"),
]  # fmt: skip
# What names a location with a longer time-out is passed on in the same way.
LONG = ["?format=xlsx&q=%C3%A4", "?q=%2B&format=csv"]


async def test_a_target_reaches_its_service_as_the_caller_wrote_it(before):
    async with before({name: echo(name) for name in ALL}) as (port, _):
        for target, name, below in TARGETS:
            arrived = json.loads((await get(port, target)).body)
            assert (arrived["name"], arrived["raw"].encode("latin-1")) == (name, below.encode("latin-1")), target
            assert arrived["headers"]["x-vipu-service"] == [name]
        for query in LONG:
            assert json.loads((await get(port, f"/api/events/v1/events{query}")).body)["raw"] == f"/v1/events{query}"
        by_accept = await get(port, "/api/registry/v1/projects?q=%26", "Accept: text/csv")
        assert json.loads(by_accept.body)["raw"] == "/v1/projects?q=%26"


async def test_headers_and_bodies_arrive_and_callers_name_no_service(before):
    async with before({name: echo(name) for name in ALL}) as (port, _):
        said = ["X-Vipu-Service: site", "x-vipu-service: registry", "X-Forwarded-For: 6.6.6.6", "X-Own: 1"]
        arrived = json.loads((await get(port, "/api/events/v1", *said)).body)["headers"]
        assert arrived["x-vipu-service"] == ["events"]
        assert (arrived["x-forwarded-for"], arrived["x-own"], arrived["host"]) == (
            ["127.0.0.1"],
            ["1"],
            ["vipu.example"],
        )
        for target in (
            "/api/registry/v1/imports",
            "/api/events/v1/events/kahvit/registrations",
            "/api/events/v1/events",
        ):
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as caller:
                answer = (await caller.post(target, content=b"x" * 3_000_000)).json()
                assert (answer["length"], answer["raw"]) == (3_000_000, "/" + target.split("/", 3)[3])


async def test_no_answer_of_nginx_leads_elsewhere(before):
    async with before({name: echo(name) for name in ALL}) as (port, _):
        for target in (
            "/api/registry",
            "/api/events",
            "/api",
            "/oauth",
            "/.well-known",
            "/static",
            "/metrics",
            "/problem",
        ):
            answer = await get(port, target, host="evil.example")
            assert answer.status < 300 or answer.status >= 400
            assert "evil.example" not in answer.headers.get("location", "")


async def test_a_service_that_is_missing_closes_nothing_else(before):
    async with before({name: echo(name) for name in ("events", "site")}) as (port, _):
        for name in ("registry", "feedback", "dashboard"):
            problem = problem_of(await get(port, f"/api/{name}/v1/summary"))
            assert (problem.status, problem.code) == (502, ServiceNotReachable.code)
        for target in ("/api/registry/v1/projects?format=csv", "/oauth/token"):
            assert problem_of(await get(port, target, method="POST")).code == ServiceNotReachable.code
        assert problem_of(await get(port, "/api/registry/v1/imports", method="POST")).status == 502
        assert (await get(port, "/api/events/v1/events")).status == 200
        assert (await get(port, "/")).status == 200


async def test_a_service_that_hangs_costs_its_callers_five_seconds(before):
    async with before({"events": hang, "feedback": echo("feedback")}) as (port, _):
        began_at = time.monotonic()
        methods = ("GET", "PATCH", "DELETE")
        answers = await asyncio.gather(*(get(port, "/api/events/v1/events", method=method) for method in methods))
        assert 4 < time.monotonic() - began_at < 7
        for answer in answers:
            assert (problem_of(answer).code, answer.headers["retry-after"]) == (ServiceTooSlow.code, "5")
        assert (await get(port, "/api/feedback/v1/surveys")).status == 200


async def test_what_nginx_refuses_itself_is_a_problem_document(before):
    async with before({name: echo(name) for name in ALL}) as (port, _):
        too_large = await get(port, "/api/registry/v1/imports", "Content-Length: 30000000", method="POST")
        assert problem_of(too_large).code == "body-too-large"
        assert problem_of(await get(port, "/x", method="TRACE")).code == "method-not-allowed"
        assert problem_of(await get(port, "/x", f"Cookie: {'x' * 70_000}")).code == "bad-request"
        assert problem_of(await get(port, "/" + "x" * 70_000)).code == "bad-request"
        for malformed in ("/%zz", "/api/events/v1/\xe4", "/../x"):
            assert problem_of(await get(port, malformed)).code == "bad-request", malformed
        assert problem_of(await ask(port, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).code == "bad-request"
        for hidden in (
            "/metrics",
            "/api/events/metrics",
            "/api/events/%6Detrics",
            "/api/events//metrics",
            "/x/../metrics",
        ):
            assert problem_of(await get(port, hidden)).code == "not-found", hidden
        own_id = "0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10"
        assert problem_of(await get(port, "/metrics", f"X-Request-Id: {own_id}")).instance == f"urn:uuid:{own_id}"
