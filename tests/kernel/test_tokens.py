"""Tokens: what is accepted, and every trick that is not."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from services.kernel.auth import Grant, Role, Scope
from services.kernel.errors import Unauthenticated
from services.kernel.tokens import Issuer, TokenVerifier, new_signing_key

ISSUER = "http://vipu.test"


@pytest.fixture(scope="module")
def issuer():
    return Issuer(new_signing_key(), issuer=ISSUER)


@pytest.fixture
def verifier(issuer):
    return TokenVerifier(issuer=ISSUER, keys=issuer)


async def test_a_token_tells_who_asks_and_what_they_may(issuer, verifier):
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
    stranger = Issuer(new_signing_key(), issuer=ISSUER)
    public = json.dumps(issuer.jwks()["keys"][0])
    claims = {"iss": ISSUER, "aud": "vipu", "sub": "x", "exp": 9_999_999_999, "scope": "registry:write", "grants": []}
    return {
        "another key": stranger.mint("x", [Grant(Role.admin)]),
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


async def test_a_forged_token_is_a_401_problem_over_http(asking):
    answer = await asking("registry").get("/v1/organisations", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")
