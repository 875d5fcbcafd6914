"""Abuse: every service refuses hostile requests at once, as a problem document."""

import asyncio
import base64
import gc
import json
import time

import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey

from services.contracts.roles import Grant, Role

ADMIN = Grant(Role.admin)
ID = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"
KEY = {"Idempotency-Key": "0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10"}
JSON = {"Content-Type": "application/json"}
# A write of each service; the dashboard has none and takes nothing.
WRITES = [
    ("registry", "POST", "/v1/organisations"),
    ("events", "POST", "/v1/events"),
    ("feedback", "POST", "/v1/surveys"),
    ("dashboard", "POST", "/v1/coordinations"),
]
# A read of each service that needs a token.
GUARDED = [
    ("registry", "/v1/partners"),
    ("events", "/v1/events/x/registrations"),
    ("feedback", "/v1/surveys/x/results"),
    ("dashboard", "/v1/coordinations"),
]
# A write of each service that has no body: a body is still read, for the fingerprint of the key.
BODILESS = [("registry", f"/v1/partners/{ID}/secret"), ("events", "/v1/events/x/publish")]
BODIES = {
    "deep-lists": b"[" * 100_000,
    "deep-objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "nul": b'{"name": {"fi": "a\\u0000b"}, "title": {"fi": "\\u0000"}}',
    "surrogate": b'{"name": {"fi": "\\ud800"}, "title": {"fi": "\\udfff"}}',
    "2**63": b'{"capacity": 9223372036854775808, "size": 9223372036854775808}',
    "1e400": b'{"capacity": 1e400, "size": -1e400}',
    "long-number": b'{"capacity": ' + b"9" * 10_000 + b"}",
    "not-a-number": b'{"capacity": NaN, "size": Infinity}',
    "duplicate-keys": b'{"coordination_id": 1, "coordination_id": null}',
    "not-utf-8": b'{"name": "\xff\xfe"}',
    "no-object": b'"text"',
    "cut": b'{"name": ',
    "empty": b"",
}


def bounced(answer, began_at):
    """Assert a refusal as a problem that took little processor time; wall time depends on other work of the machine."""
    seconds = time.process_time() - began_at
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert seconds < 0.25
    return answer.status_code


@pytest_asyncio.fixture(autouse=True)
async def awake(client):
    """Imports and compilations of the first requests, and older garbage, do not count as costs of a refusal."""
    for service, method, path in WRITES:
        for headers in ({}, KEY):
            await client(service, ADMIN).send(method, path, headers=headers, json={})
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_malformed_body_is_refused(client, superuser, body):
    for service, method, path in WRITES:
        for headers in (JSON, JSON | KEY):
            began_at = time.process_time()
            bounced(await client(service, ADMIN).send(method, path, headers=headers, content=body), began_at)
    assert await superuser.fetchval("SELECT count(*) FROM events.events") == 0


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_malformed_body_of_a_route_without_a_body_is_refused_too(client, body):
    for service, path in BODILESS:
        began_at = time.process_time()
        bounced(await client(service, ADMIN).send("POST", path, headers=JSON | KEY, content=body), began_at)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded", ""]
)
async def test_a_body_of_another_content_type_is_refused(client, kind):
    for service, method, path in WRITES:
        began_at = time.process_time()
        headers = {"Content-Type": kind}
        bounced(await client(service, ADMIN).send(method, path, headers=headers, content=b"a=1&b=%00"), began_at)


async def test_a_body_that_is_too_large_is_refused(client):
    for service, method, path in WRITES[:3]:
        body = b'{"name": "' + b"a" * (21 * 1024 * 1024) + b'"}'
        began_at = time.process_time()
        assert bounced(await client(service, ADMIN).send(method, path, headers=JSON, content=body), began_at) == 413


async def test_a_parsed_body_has_a_lower_limit_than_a_file(client):
    """Two megabytes of empty lists take fifty in memory; and a request need not have a Content-Length."""
    body = b'{"name": [' + b"[]," * 1_000_000 + b"[]]}"

    async def dripping():
        for place in range(0, len(body), 64 * 1024):
            yield body[place : place + 64 * 1024]

    for service, method, path in WRITES[:3]:
        for content in (lambda: body, dripping):
            for headers in (JSON, JSON | KEY, {"Content-Type": "application/merge-patch+json; charset=utf-8"}):
                began_at = time.process_time()
                answer = await client(service, ADMIN).send(method, path, headers=headers, content=content())
                assert bounced(answer, began_at) == 413


PUBLIC_WRITES = [
    ("registry", "/oauth/token", "application/x-www-form-urlencoded"),
    ("events", "/v1/events/x/registrations", "application/json"),
    ("events", "/v1/events/x/registrations/manage-links", "application/json"),
    ("feedback", f"/v1/surveys/{ID}/responses", "application/json"),
]


@pytest.mark.parametrize(("service", "path", "kind"), PUBLIC_WRITES)
async def test_the_body_of_a_public_route_has_the_lowest_limit(client, service, path, kind):
    """It is the same for every caller and every content type, with and without a Content-Length and a key."""
    body = b'{"name": ["' + b"a" * 65_600 + b'"]}'

    async def dripping():
        for place in range(0, len(body), 4096):
            yield body[place : place + 4096]

    for caller in (client(service), client(service, ADMIN)):
        for content_type in (kind, "application/octet-stream", "text/plain"):
            for more in ({}, KEY):
                headers = {"Content-Type": content_type, **more}
                for content in (body, dripping()):
                    began_at = time.process_time()
                    answer = await caller.send("POST", path, headers=headers, content=content)
                    if content_type == kind or more:
                        assert bounced(answer, began_at) == 413
                    assert bounced(answer, began_at) in {400, 413, 415, 422}
                small = await caller.send("POST", path, headers=headers, content=b'{"name": "' + b"a" * 60_000)
                assert small.status_code in {400, 401, 404, 415, 422}


async def test_a_body_is_not_read_before_the_caller_is_known_to_have_the_scope(client):
    read = []

    async def dripping():
        read.append(1)
        yield b"{"

    for service, method, path in WRITES[:3]:
        for caller, status in ((client(service), 401), (client(service, Grant(Role.funder)), 403)):
            answer = await caller.send(method, path, headers=JSON | KEY, content=dripping())
            assert answer.status_code == status
    assert read == []


async def test_a_file_may_be_larger(client):
    listed = b"a;b\n" + b"x" * (3 * 1024 * 1024)
    answer = await client("registry", ADMIN).send(
        "POST", "/v1/imports", headers={"Content-Type": "text/csv"}, content=listed
    )
    assert answer.status_code not in (413, 500), answer.text


async def test_a_slow_request_holds_no_connection(client, applications):
    """A body that never ends occupies a socket, whose number the proxy limits, and no database connection."""
    pool = applications.runtime("registry").database.writer.pool
    half, never = asyncio.Event(), asyncio.Event()

    async def dripping():
        yield b'{"kind": '
        half.set()
        await never.wait()

    sending = asyncio.create_task(
        client("registry", ADMIN).send("POST", "/v1/organisations", headers=JSON | KEY, content=dripping())
    )
    await half.wait()
    assert pool.checkedout() == 0
    sending.cancel()
    await asyncio.wait({sending})


TOKENS = {
    "deep-header": base64.urlsafe_b64encode(b"[" * 50_000).decode().rstrip("=") + ".e30.AA",
    "deep-claims": "eyJhbGciOiJFUzI1NiJ9." + base64.urlsafe_b64encode(b'{"a":' * 50_000).decode().rstrip("=") + ".AA",
    "number-header": "MQ.e30.AA",
    "list-header": "W10.e30.AA",
    "none": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
    "five-parts": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AA.AA.AA",
    "algorithm-as-list": base64.urlsafe_b64encode(b'{"alg":["ES256"]}').decode().rstrip("=") + ".e30.AA",
    "key-id-as-object": base64.urlsafe_b64encode(b'{"alg":"ES256","kid":{}}').decode().rstrip("=") + ".e30.AA",
    "critical": base64.urlsafe_b64encode(b'{"alg":"ES256","crit":["b64"],"b64":false}').decode().rstrip("=")
    + ".e30.AA",
    "dots": "." * 1000,
    "latin": "\xe4.\xf6.\xfc",
}


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS.keys())
async def test_a_token_that_vipu_did_not_issue_is_refused(client, token):
    for service, path in GUARDED:
        began_at = time.process_time()
        headers = {"Authorization": f"Bearer {token}".encode("latin-1")}
        assert bounced(await client(service).send("GET", path, headers=headers), began_at) == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://elsewhere.example"},
        {"aud": "another"},
        {"aud": None},
        {"exp": 1},
        {"exp": 10**400},
        {"exp": None},
        {"exp": "soon"},
        {"sub": None},
        {"grants": [{"role": "owner"}]},
        {"grants": ["admin"]},
        {"grants": [{"role": "coordinator", "coordination_id": 7}]},
        {"grants": [{"role": "coordinator", "coordination_id": "here"}]},
        {"grants": [{}]},
        {"grants": [None]},
    ],
    ids=str,
)
async def test_a_signed_token_with_other_claims_is_refused(client, signing_key, claims):
    good = {"iss": "http://vipu.test", "aud": "vipu", "sub": "x", "exp": 4_000_000_000, "scope": "events:read"}
    written = {name: value for name, value in {**good, **claims}.items() if value is not None}
    token = jwt.encode({"alg": "ES256"}, written, ECKey.import_key(json.loads(signing_key)))
    refused = await client("events").get("/v1/events", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 401, refused.text


@pytest.mark.parametrize("cursor", ["%00", "A" * 2000, "A" * 2001, "ä", "eyJ9", "=" * 20, "W1sidCIsICJ4Il1d"])
async def test_a_forged_cursor_is_refused(client, cursor):
    for service, path in (("registry", "/v1/projects"), ("events", "/v1/events"), ("feedback", "/v1/surveys")):
        began_at = time.process_time()
        bounced(await client(service, ADMIN).get(path, cursor=cursor), began_at)


@pytest.mark.parametrize("sort", ["starts_at;drop table x", "title'--", "-", ",", "starts_at" + ",starts_at" * 15])
async def test_sorting_by_another_key_is_refused(client, sort):
    for service, path in (("registry", "/v1/projects"), ("events", "/v1/events"), ("feedback", "/v1/surveys")):
        began_at = time.process_time()
        answer = await client(service, ADMIN).get(path, sort=sort)
        if service != "events" or not sort.startswith("starts_at,"):
            bounced(answer, began_at)


@pytest.mark.parametrize("ref", ["%00", "%ED%A0%80", "%FF", "..%2F..%2Fetc", "a" * 500, "%E2%80%AE", "%0D%0AX-Evil:1"])
async def test_an_address_without_a_route_is_refused(client, ref):
    for service, path in (("registry", "/v1/projects/"), ("events", "/v1/events/"), ("feedback", "/v1/surveys/")):
        began_at = time.process_time()
        bounced(await client(service, ADMIN).send("GET", path + ref), began_at)
