"""Tokens: short-lived JWTs (ES256), which Vipu issues and verifies with the keys of its JWKS."""

import asyncio
import json
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID, uuid4

import httpx
import structlog
from cachetools import LRUCache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from services.contracts.roles import ROLE_SCOPES, SERVICE_SCOPES, Grant, Role, Scope
from services.contracts.words import Phrase
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Unauthenticated, Unavailable

log = structlog.get_logger()

AUDIENCE = "vipu"
LIFETIME = timedelta(minutes=15)
ALGORITHM = "ES256"
# The shortest time between two requests for the issuer's keys: after a token that could not be verified, while no keys
# are known, and otherwise.
_REFETCH_SECONDS = 30.0
_RETRY_SECONDS = 1.0
_KEYS_LAST_SECONDS = 600.0
CLOCK_SKEW = timedelta(seconds=30)
_CACHED_SECONDS = 60
_CACHED_TOKENS = 1024
# The exceptions that reading a token may raise, whatever its sender wrote into it.
_UNREADABLE = (JoseError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError)
_PLACES = ("coordination_id", "project_id", "event_id")
_SCOPES = {scope.value: scope for scope in Scope}


def new_signing_key() -> str:
    """Make a private key. Returns it as JWK text."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return json.dumps(key.as_dict(private=True))


class Issuer:
    """The holder of the private key, which issues tokens and publishes the public keys."""

    def __init__(self, signing_key: str, *, issuer: str) -> None:
        self._key = ECKey.import_key(json.loads(signing_key))
        self._issuer = issuer

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the public keys (RFC 7517)."""
        public = {
            name: str(value) for name, value in self._key.as_dict(private=False).items() if isinstance(value, str)
        }
        return {"keys": [public]}

    def mint(
        self,
        subject: str,
        grants: Iterable[Grant],
        *,
        scopes: Iterable[Scope] | None = None,
        lifetime: timedelta = LIFETIME,
    ) -> str:
        """Issue a token for the grants, with all scopes that their roles may have or only those of `scopes`."""
        held = tuple(grants)
        allowed = frozenset().union(*(ROLE_SCOPES[grant.role] for grant in held)) if held else frozenset[Scope]()
        granted = allowed if scopes is None else allowed & frozenset(scopes)
        now = time.time()
        claims: dict[str, object] = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": subject,
            "jti": str(uuid4()),
            # With fractions, which RFC 7519 allows: a token may be got in the second in which older ones are revoked.
            "iat": round(now, 6),
            "exp": int(now + lifetime.total_seconds()),
            "scope": " ".join(sorted(granted)),
            "grants": [_grant_claim(grant) for grant in held],
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid or "", "typ": "at+jwt"}, claims, self._key)


def _grant_claim(grant: Grant) -> dict[str, str]:
    claim = {"role": str(grant.role)}
    for name in _PLACES:
        if (value := getattr(grant, name)) is not None:
            claim[name] = str(value)
    return claim


@dataclass(frozen=True, slots=True)
class _VerifiedToken:
    """The principal of a verified token.

    The token expires by the system's clock. The cache entry expires by the monotonic clock, which is never set.
    """

    principal: Principal
    issued_at: float
    expires_at: float
    cached_until: float


class RevocationSource(Protocol):
    """The source of the revocations that a verifier respects."""

    async def is_revoked(self, subject: str, issued_at: float) -> bool:
        """Say whether a token that the subject got at this second (of the epoch) is revoked."""


class TokenVerifier:
    """The verifier of tokens, with the public keys of the issuer in this process or those at its JWKS address.

    Without `revocations`, as in a service without a database, a token is valid until it expires.
    """

    def __init__(
        self,
        *,
        issuer: str,
        keys: Issuer | None = None,
        jwks_url: str = "",
        client: httpx.AsyncClient | None = None,
        revocations: RevocationSource | None = None,
    ) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._client = client
        self._revocations = revocations
        self._keys = KeySet.import_key_set({"keys": [dict(key) for key in keys.jwks()["keys"]]}) if keys else None
        self._fetched_at = -math.inf
        # One caller fetches the keys; the others wait for its result.
        self._fetching = asyncio.Lock()
        self._cache: LRUCache[str, _VerifiedToken] = LRUCache(_CACHED_TOKENS)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=int(CLOCK_SKEW.total_seconds()),
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def principal(self, token: str) -> Principal:
        """Return the principal of the token.

        A verified token is cached for a minute, at most until it expires: verifying a signature takes longer than a
        query. Whether it is revoked is asked each time.
        Raises: Unauthenticated, Unavailable (the keys cannot be fetched, or the revocations cannot be read).
        """
        known = self._cache.get(token)
        if known is None or time.time() >= known.expires_at or time.monotonic() >= known.cached_until:
            known = self._cache[token] = await self._verified(token)
        subject = known.principal.subject
        if self._revocations is not None and await self._revocations.is_revoked(subject, known.issued_at):
            raise _invalid_token()
        return known.principal

    async def _verified(self, token: str) -> _VerifiedToken:
        try:
            return self._read(token, await self._current_keys())
        except _UNREADABLE:
            pass
        try:
            # The issuer may have rotated its key since the last request for its keys.
            return self._read(token, await self._current_keys(refresh=True))
        except _UNREADABLE as error:
            raise _invalid_token() from error

    def _read(self, token: str, keys: KeySet) -> _VerifiedToken:
        decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
        self._claims.validate(decoded.claims)
        return _VerifiedToken(
            _principal(decoded.claims),
            # Without an instant it is older than every revocation.
            issued_at=float(decoded.claims.get("iat", 0)),
            expires_at=float(decoded.claims["exp"]),
            cached_until=time.monotonic() + _CACHED_SECONDS,
        )

    async def _current_keys(self, *, refresh: bool = False) -> KeySet:
        if self._client is None or not self._jwks_url:
            if self._keys is None:
                raise Unavailable(Phrase("details.no-token-keys"))
            return self._keys
        interval = _RETRY_SECONDS if self._keys is None else _REFETCH_SECONDS if refresh else _KEYS_LAST_SECONDS
        if time.monotonic() - self._fetched_at >= interval:
            async with self._fetching:
                if time.monotonic() - self._fetched_at >= interval:
                    await self._fetch_keys(self._client)
        if self._keys is None:
            raise Unavailable(Phrase("details.token-issuer-silent"), headers={"Retry-After": "5"})
        return self._keys

    async def _fetch_keys(self, client: httpx.AsyncClient) -> None:
        """Replace the keys by the issuer's current ones; keep the old ones while the issuer does not answer.

        Tokens of a key that the issuer has withdrawn are refused from then on.
        """
        try:
            answer = await client.get(self._jwks_url)
            answer.raise_for_status()
            self._keys = KeySet.import_key_set(answer.json())
        except (httpx.HTTPError, *_UNREADABLE) as error:
            log.warning("tokens.no_keys", reason=type(error).__name__)
        finally:
            self._fetched_at = time.monotonic()


def _invalid_token() -> Unauthenticated:
    return Unauthenticated(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _principal(claims: Mapping[str, object]) -> Principal:
    scopes = frozenset(_SCOPES[name] for name in str(claims.get("scope", "")).split() if name in _SCOPES)
    listed = claims.get("grants", [])
    grants = tuple(_grant(claim) for claim in listed) if isinstance(listed, list) else ()
    return Principal(subject=str(claims["sub"]), scopes=scopes, grants=grants)


def _grant(claim: Mapping[str, str]) -> Grant:
    """Read a grant. Raises ValueError for an unknown kind of place, without which the grant would hold everywhere."""
    places = {name: UUID(value) for name, value in claim.items() if name != "role"}
    if not places.keys() <= set(_PLACES):
        raise ValueError("a grant in an unknown kind of place")
    return Grant(Role(claim["role"]), **places)


class ServiceTokens:
    """The tokens with which a service calls other services: issued in this process, else got for client credentials."""

    def __init__(
        self,
        service: str,
        *,
        issuer: Issuer | None,
        client: httpx.AsyncClient,
        token_url: str,
        client_id: str,
        client_secret: str,
    ) -> None:
        self._service, self._issuer, self._client = service, issuer, client
        self._token_url, self._credentials = token_url, (client_id, client_secret)
        self._token, self._valid_until = "", 0.0

    async def __call__(self) -> str:
        """Return a token that is valid for at least a minute. Raises Unavailable when the issuer does not answer."""
        if time.monotonic() < self._valid_until:
            return self._token
        if self._issuer is not None:
            scopes = SERVICE_SCOPES[self._service]
            self._token = self._issuer.mint(f"service:{self._service}", [Grant(Role.service)], scopes=scopes)
        else:
            self._token = await self._fetch()
        self._valid_until = time.monotonic() + LIFETIME.total_seconds() - 60
        return self._token

    async def _fetch(self) -> str:
        try:
            answer = await self._client.post(
                self._token_url, data={"grant_type": "client_credentials"}, auth=self._credentials
            )
            answer.raise_for_status()
            return str(answer.json()["access_token"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(Phrase("details.no-own-token")) from error
