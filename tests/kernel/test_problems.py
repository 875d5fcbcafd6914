"""Problems: every answer that is no success is a problem document in the reader's language."""

from uuid import uuid4

import pytest
from fastapi import APIRouter

from services.contracts.roles import Grant, Role
from services.contracts.services import SERVICE_NAMES
from services.contracts.words import LANGUAGES
from services.kernel.runtime import Service
from services.kernel.security.auth import Anyone
from services.kernel.web.app import UndeclaredRoute, create_app
from services.kernel.web.errors import CATALOGUE, PROBLEM_MEDIA_TYPE

ADMIN = Grant(Role.admin)


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "code"),
    [
        ("GET", "/v1/nothing", {}, 404, "not-found"),
        ("DELETE", "/v1/organisations", {}, 405, "method-not-allowed"),
        ("GET", "/v1/organisations/not-a-uuid", {}, 422, "invalid"),
        ("GET", "/v1/organisations", {"params": {"sort": "shoe_size"}}, 422, "invalid-sort"),
        ("GET", "/v1/organisations", {"headers": {"Accept": "image/png"}}, 406, "not-acceptable"),
        ("POST", "/v1/organisations", {"content": b"{", "headers": JSON}, 400, "bad-request"),
        ("POST", "/v1/organisations", {"json": {"kind": "company", "name": {"fi": "a\u0000b"}}}, 422, "invalid"),
        ("POST", "/v1/organisations", {"json": {}, "headers": {"Idempotency-Key": "7"}}, 400, "bad-request"),
        ("POST", "/v1/organisations", {"content": b"x" * 21_000_000, "headers": JSON}, 413, "body-too-large"),
    ],
)  # fmt: skip
async def test_a_failure_is_a_problem_document(client, method, path, more, status, code):
    answer = await client("registry", ADMIN).send(method, path, **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
    assert answer.json()["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_anonymous_caller_learns_only_that_a_token_is_needed(client):
    headers = {"If-Match": "no tag of this API"}
    anonymous = await client("registry").patch(f"/v1/organisations/{uuid4()}", {}, headers=headers)
    admin = await client("registry", ADMIN).patch(f"/v1/organisations/{uuid4()}", {}, headers=headers)
    assert (anonymous.status_code, admin.status_code) == (401, 412)


async def test_a_path_names_all_its_methods(client):
    for method in ("OPTIONS", "DELETE", "TRACE"):
        answer = await client("registry").send(method, "/v1/organisations")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize(
    ("service", "path", "allowed", "refused"),
    [
        ("registry", "/v1/codes/refresh", "POST", "GET"),
        ("events", "/v1/registrations/self", "DELETE, GET, HEAD", "PATCH"),
    ],
)
async def test_a_word_with_a_path_of_its_own_is_never_read_as_a_parameter(client, service, path, allowed, refused):
    answer = await client(service, ADMIN).send(refused, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_a_route_that_answers_get_answers_head(client):
    got, head = [await client("registry").send(method, "/v1/organisations") for method in ("GET", "HEAD")]
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", got.headers["etag"])
    assert head.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize(
    ("language", "title"), [("sv", "Hittades inte"), ("en-GB,fi;q=0.5", "Not found"), ("tlh", "Ei löydy")]
)
async def test_a_problem_is_in_the_readers_language(client, language, title):
    answer = await client("registry").get("/v1/nothing", headers={"Accept-Language": language})
    assert answer.json()["title"] == title


def test_every_failure_has_a_title_in_three_languages():
    for failure in CATALOGUE.values():
        titles = [failure.title(language) for language in LANGUAGES]
        assert all(titles) and len(set(titles)) == len(LANGUAGES), failure


async def test_a_bug_is_a_problem_too_and_shows_no_trace(applications):
    router = APIRouter()

    @router.get("/broken")
    async def broken(principal: Anyone) -> None:
        raise RuntimeError("the inside")

    runtime = applications.runtime("registry")
    app = create_app(Service(name="registry", title="t", description="", routers=[router]), runtime)
    import httpx  # noqa: PLC0415 - Only this test calls an application of its own.

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://t"
    ) as client:
        answer = await client.get("/broken", headers={"Origin": "https://spa.example"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "the inside" not in answer.text
    assert answer.headers["access-control-allow-origin"] == "https://spa.example"


async def test_a_route_that_declares_nothing_stops_the_start(applications):
    router = APIRouter()

    @router.get("/v1/open-by-mistake")
    async def open_by_mistake() -> None: ...

    with pytest.raises(UndeclaredRoute):
        create_app(
            Service(name="registry", title="t", description="", routers=[router]), applications.runtime("registry")
        )


async def test_a_foreign_page_gets_no_cors_leave_and_a_known_one_does(client):
    for origin, allowed in (("https://spa.example", "https://spa.example"), ("https://evil.example", None)):
        answer = await client("registry").get("/v1/organisations", headers={"Origin": origin})
        assert answer.headers.get("access-control-allow-origin") == allowed


@pytest.mark.parametrize("service", SERVICE_NAMES)
async def test_the_answer_to_a_cors_preflight_has_the_headers_of_every_answer(client, service):
    asks = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}
    known = await client(service).send("OPTIONS", "/v1/x", headers={"Origin": "https://spa.example", **asks})
    foreign = await client(service).send("OPTIONS", "/v1/x", headers={"Origin": "https://evil.example", **asks})
    assert (known.status_code, known.headers["access-control-allow-origin"]) == (200, "https://spa.example")
    assert (foreign.status_code, foreign.headers["content-type"]) == (400, PROBLEM_MEDIA_TYPE)
    assert "access-control-allow-origin" not in foreign.headers
    assert foreign.json()["instance"] == f"urn:uuid:{foreign.headers['x-request-id']}"
    assert known.headers["x-content-type-options"] == foreign.headers["x-content-type-options"] == "nosniff"


async def test_a_failure_that_no_route_made_still_carries_its_cors_headers(client):
    headers = {"Origin": "https://spa.example", **JSON}
    answer = await client("registry", ADMIN).send(
        "POST", "/v1/organisations", content=b"x" * 21_000_000, headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert answer.headers["access-control-allow-origin"] == "https://spa.example"
    assert len(answer.headers.get_list("content-type")) == len(answer.headers.get_list("content-length")) == 1
