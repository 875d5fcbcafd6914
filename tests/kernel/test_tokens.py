"""Tokens: valid ones are accepted, and forged ones are refused."""

import asyncio
import json
import time
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from services.contracts.roles import Grant, Role, Scope
from services.kernel.security import tokens
from services.kernel.security.tokens import Issuer, TokenVerifier, new_signing_key
from services.kernel.web.errors import Unauthenticated, Unavailable

ISSUER = "http://vipu.test"


@pytest.fixture(scope="module")
def issuer():
    return Issuer(new_signing_key(), issuer=ISSUER)


@pytest.fixture
def verifier(issuer):
    return TokenVerifier(issuer=ISSUER, keys=issuer)


async def test_a_token_names_its_subject_scopes_and_grants(issuer, verifier):
    coordination = uuid4()
    token = issuer.mint("anna", [Grant(Role.coordinator, coordination_id=coordination)])
    principal = await verifier.principal(token)
    assert principal.subject == "anna"
    assert principal.has(Scope.events_write)
    assert not principal.has(Scope.partners_admin)
    assert principal.coordinations(Role.coordinator) == {coordination}
    assert not principal.everywhere(Role.coordinator)


async def test_scopes_never_exceed_the_role(issuer, verifier):
    token = issuer.mint("rahoittaja", [Grant(Role.funder)], scopes=[Scope.events_write, Scope.dashboard_read])
    assert (await verifier.principal(token)).scopes == {Scope.dashboard_read}


def tricks(issuer):
    other_issuer = Issuer(new_signing_key(), issuer=ISSUER)
    public = json.dumps(issuer.jwks()["keys"][0])
    claims = {"iss": ISSUER, "aud": "vipu", "sub": "x", "exp": 9_999_999_999, "scope": "registry:write", "grants": []}
    return {
        "another key": other_issuer.mint("x", [Grant(Role.admin)]),
        "another issuer": Issuer(new_signing_key(), issuer="http://else.test").mint("x", [Grant(Role.admin)]),
        "expired": issuer.mint("x", [Grant(Role.admin)], lifetime=timedelta(minutes=-5)),
        "the public key as a secret": jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(public)),
        "no signature": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
        "not a token": "🙂",
        "empty parts": "..",
    }


@pytest.mark.parametrize(
    "trick",
    [
        "another key",
        "another issuer",
        "expired",
        "the public key as a secret",
        "no signature",
        "not a token",
        "empty parts",
    ],
)
async def test_a_forged_token_is_refused(issuer, verifier, trick):
    with pytest.raises(Unauthenticated):
        await verifier.principal(tricks(issuer)[trick])


async def test_a_forged_token_is_a_401_problem_over_http(client):
    answer = await client("registry").get("/v1/organisations", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def written(issuer, **changes):
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "vipu",
        "sub": "x",
        "exp": now + 900,
        "scope": "events:read",
        "grants": [],
    } | changes
    return jwt.encode({"alg": "ES256"}, claims, issuer._key)  # noqa: SLF001 - Signs what the issuer never would.


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({}, True),
        ({"nbf": 60}, False),
        ({"nbf": 10}, True),  # Clocks differ by half a minute at the most.
        ({"iat": 60}, False),
        ({"iat": 10}, True),
        ({"exp": -60}, False),
        ({"exp": -10}, True),
        ({"aud": ["vipu", "others"]}, True),
        ({"aud": []}, False),
        ({"aud": ["others"]}, False),
    ],
    ids=str,
)
async def test_a_token_holds_in_its_time_and_for_us(issuer, verifier, changes, good):
    at = {name: int(time.time()) + value if isinstance(value, int) else value for name, value in changes.items()}
    if good:
        assert (await verifier.principal(written(issuer, **at))).subject == "x"
    else:
        with pytest.raises(Unauthenticated):
            await verifier.principal(written(issuer, **at))


@pytest.mark.parametrize(
    "grant",
    [
        {"role": "coordinator", "coordination_id": str(uuid4()), "event_id": str(uuid4())},
        {"role": "emperor"},
        {"role": "coordinator", "region_id": str(uuid4())},
        {"role": "admin", "event_id": None},
    ],
)
async def test_a_token_with_a_grant_that_cannot_be_read_is_refused(issuer, verifier, grant):
    with pytest.raises(Unauthenticated):
        await verifier.principal(written(issuer, grants=[grant]))


async def test_a_cached_token_still_expires(issuer, verifier, monkeypatch):
    token = issuer.mint("x", [Grant(Role.admin)], lifetime=timedelta(seconds=40))
    await verifier.principal(token)
    began_at = time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: began_at + 80)
    with pytest.raises(Unauthenticated):
        await verifier.principal(token)


async def test_the_cache_of_tokens_is_bounded_and_keeps_those_in_use(issuer, monkeypatch):
    monkeypatch.setattr(tokens, "_CACHED_TOKENS", 2)
    verifier = TokenVerifier(issuer=ISSUER, keys=issuer)
    first, second, third = (issuer.mint(subject, []) for subject in ("first", "second", "third"))
    for token in (first, second, first, third):
        await verifier.principal(token)
    assert set(verifier._cache) == {first, third}  # noqa: SLF001


async def test_setting_the_clock_back_keeps_no_token_in_the_cache(issuer, verifier, monkeypatch):
    """The cache entry ends by the monotonic clock; then the signature is verified again, here of a withdrawn key."""
    token = issuer.mint("x", [Grant(Role.admin)])
    monkeypatch.setattr(tokens, "_CACHED_SECONDS", 0)
    await verifier.principal(token)
    verifier._keys = TokenVerifier(issuer=ISSUER, keys=Issuer(new_signing_key(), issuer=ISSUER))._keys  # noqa: SLF001
    began_at = time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: began_at - 600)
    with pytest.raises(Unauthenticated):
        await verifier.principal(token)


class Keys:
    """The JWKS address of the issuer, with the answer that a test sets and the number of requests."""

    def __init__(self, answer):
        self.answer, self.request_count = answer, 0

    async def __call__(self, _):
        self.request_count += 1
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, httpx.Response) else httpx.Response(200, json=self.answer)

    def verifier(self):
        client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return TokenVerifier(issuer=ISSUER, jwks_url="http://keys.test/", client=client)


async def test_a_crowd_asks_for_the_keys_once(issuer):
    keys = Keys(issuer.jwks())
    verifier = keys.verifier()
    found = await asyncio.gather(*(verifier.principal(issuer.mint(str(n), [])) for n in range(50)))
    assert {principal.subject for principal in found} == {str(n) for n in range(50)}
    assert keys.request_count == 1


async def test_forged_tokens_do_not_have_the_keys_asked_for_each_time(issuer):
    keys = Keys(issuer.jwks())
    verifier = keys.verifier()
    for _ in range(20):
        with pytest.raises(Unauthenticated):
            await verifier.principal(tricks(issuer)["another key"])
    assert keys.request_count == 1


async def test_a_new_key_is_learnt_and_a_withdrawn_one_forgotten(issuer, monkeypatch):
    monkeypatch.setattr(tokens, "_CACHED_SECONDS", 0)
    keys, renewed = Keys(issuer.jwks()), Issuer(new_signing_key(), issuer=ISSUER)
    verifier = keys.verifier()
    old, new = issuer.mint("old", []), renewed.mint("new", [])
    assert (await verifier.principal(old)).subject == "old"
    keys.answer = renewed.jwks()
    monkeypatch.setattr(tokens, "_REFETCH_SECONDS", 0)
    assert (await verifier.principal(new)).subject == "new"
    with pytest.raises(Unauthenticated):
        await verifier.principal(old)


async def test_a_withdrawn_key_is_forgotten_without_a_new_one_in_use(issuer, monkeypatch):
    monkeypatch.setattr(tokens, "_CACHED_SECONDS", 0)
    keys = Keys(issuer.jwks())
    verifier = keys.verifier()
    assert (await verifier.principal(issuer.mint("old", []))).subject == "old"
    keys.answer = Issuer(new_signing_key(), issuer=ISSUER).jwks()
    monkeypatch.setattr(tokens, "_KEYS_LAST_SECONDS", 0)
    with pytest.raises(Unauthenticated):
        await verifier.principal(issuer.mint("old", []))


@pytest.mark.parametrize(
    "answer",
    [httpx.ConnectError("away"), httpx.Response(500), httpx.Response(200, text="?"), [], {"keys": 7}, {"keys": [{}]}],
    ids=str,
)
async def test_an_issuer_without_keys_is_an_outage_only_for_services_that_have_none(issuer, answer, monkeypatch):
    keys = Keys(answer)
    with pytest.raises(Unavailable):
        await keys.verifier().principal(issuer.mint("x", []))
    keys.answer = issuer.jwks()
    verifier = keys.verifier()
    await verifier.principal(issuer.mint("x", []))
    keys.answer = answer
    monkeypatch.setattr(tokens, "_KEYS_LAST_SECONDS", 0)
    assert (await verifier.principal(issuer.mint("y", []))).subject == "y"


async def test_an_issuer_that_is_away_is_not_asked_by_everybody(issuer):
    keys = Keys(httpx.ConnectError("away"))
    verifier = keys.verifier()
    failures = await asyncio.gather(
        *(verifier.principal(issuer.mint(str(n), [])) for n in range(50)), return_exceptions=True
    )
    assert all(isinstance(failure, Unavailable) for failure in failures)
    assert keys.request_count == 1
