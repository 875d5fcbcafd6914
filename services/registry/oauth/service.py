"""Use cases of tokens: who proves to be a client gets one (RFC 6749 §4.4)."""

import hmac
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import unquote

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import ROLE_SCOPES, Grant, Role, Scope
from services.contracts.words import Phrase
from services.kernel.security.tokens import LIFETIME, Issuer
from services.kernel.web.errors import Unavailable
from services.registry.partners import queries
from services.registry.partners.schemas import GrantBody

from .errors import InvalidClient, InvalidScope, TokenRefused, UnsupportedGrantType
from .schemas import ServerMetadata, TokenAnswer, TokenRequest
from .terms import GRANT_TYPE, MOST_LETTERS

# Compared with when the client is unknown, so that it takes the same time as a wrong secret.
_NO_SECRET: Final = sha256(b"").digest()
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="vipu", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client says it is, and its proof."""

    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client as the issuer knows it."""

    subject: str
    secret_hash: bytes
    scopes: frozenset[Scope]
    grants: tuple[Grant, ...]


async def give_token(
    session: AsyncSession,
    issuer: Issuer | None,
    asked: TokenRequest,
    *,
    authorization: str | None,
    service_clients: Mapping[str, str],
) -> TokenAnswer:
    """Return a token for the client that the request proves.

    An unknown client, an inactive one and a wrong secret are one answer.
    Raises: TokenRefused and its kinds, Unavailable (this installation does not issue).
    """
    if not asked.grant_type:
        raise TokenRefused(Phrase("details.grant-type-missing"))
    if any(len(given) > MOST_LETTERS for given in (asked.scope, asked.client_id, asked.client_secret) if given):
        raise TokenRefused(Phrase("details.token-parameter-too-long"))
    if asked.grant_type != GRANT_TYPE:
        raise UnsupportedGrantType
    credentials = _credentials(asked, authorization)
    known = _own_service(service_clients, credentials.client_id) or await _partner(session, credentials.client_id)
    _prove(known, credentials.secret)
    assert known is not None
    scopes = _wanted_scopes(asked.scope, known.scopes)
    token = issuing(issuer).mint(known.subject, known.grants, scopes=scopes)
    return TokenAnswer(
        access_token=token,
        token_type="Bearer",  # noqa: S106 - RFC 6750's name of a kind of token.
        expires_in=int(LIFETIME.total_seconds()),
        scope=" ".join(sorted(scopes)),
    )


def issuing(issuer: Issuer | None) -> Issuer:
    """Return the issuer. Raises Unavailable where no signing key is set, which only development allows."""
    if issuer is None:
        raise Unavailable(Phrase("details.no-signing-key"))
    return issuer


def metadata(address: str) -> ServerMetadata:
    """Return what a client needs to know of the issuer at this address."""
    return ServerMetadata(
        issuer=address,
        token_endpoint=f"{address}/oauth/token",
        jwks_uri=f"{address}/.well-known/jwks.json",
        grant_types_supported=[GRANT_TYPE],
        response_types_supported=[],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        scopes_supported=sorted(set(Scope) - {Scope.messages_write}),
    )


def _credentials(asked: TokenRequest, authorization: str | None) -> Credentials:
    """From HTTP Basic, else from the form. Raises: InvalidClient, TokenRefused (both at once, RFC 6749 §2.3)."""
    if authorization is None:
        if not asked.client_id or asked.client_secret is None:
            raise InvalidClient(headers=_CHALLENGE)
        return Credentials(asked.client_id, asked.client_secret)
    if asked.client_secret is not None:
        raise TokenRefused(Phrase("details.credentials-twice"))
    kind, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError as error:
        raise InvalidClient(headers=_CHALLENGE) from error
    if kind.lower() != "basic" or not colon:
        raise InvalidClient(headers=_CHALLENGE)
    return Credentials(unquote(client_id), unquote(secret))


def _prove(known: KnownClient | None, secret: str) -> None:
    given = sha256(secret.encode("utf-8", "surrogatepass")).digest()
    same = hmac.compare_digest(given, known.secret_hash if known else _NO_SECRET)
    if known is None or not same:
        raise InvalidClient(headers=_CHALLENGE)


def _own_service(service_clients: Mapping[str, str], client_id: str) -> KnownClient | None:
    stored = service_clients.get(client_id)
    if stored is None:
        return None
    return KnownClient(
        subject=f"service:{client_id}",
        secret_hash=bytes.fromhex(stored),
        scopes=ROLE_SCOPES[Role.service],
        grants=(Grant(Role.service),),
    )


async def _partner(session: AsyncSession, client_id: str) -> KnownClient | None:
    found = await queries.active_client(session, client_id)
    if found is None:
        return None
    return KnownClient(
        subject=f"partner:{found.client_id}",
        secret_hash=found.secret_hash,
        scopes=frozenset(Scope(name) for name in found.scopes),
        grants=tuple(GrantBody.model_validate(grant).grant() for grant in found.grants),
    )


def _wanted_scopes(asked: str | None, granted: Iterable[Scope]) -> frozenset[Scope]:
    """Return the scopes asked for; all that are granted where none is named. Raises InvalidScope."""
    allowed = {str(scope): scope for scope in granted}
    names = asked.split() if asked else list(allowed)
    if not set(names) <= allowed.keys():
        raise InvalidScope
    return frozenset(allowed[name] for name in names)
