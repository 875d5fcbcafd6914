"""Use cases of tokens: an authenticated client gets one (RFC 6749 §4.4)."""

import hmac
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import unquote

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import SERVICE_SCOPES, Grant, Role, Scope
from services.contracts.words import Phrase
from services.kernel.audit.notes import note_caller
from services.kernel.security.auth import Principal
from services.kernel.security.tokens import LIFETIME, Issuer
from services.kernel.web.errors import Unavailable
from services.registry.partners import queries
from services.registry.partners.schemas import GrantBody
from services.registry.partners.terms import subject_of

from .errors import InvalidClient, InvalidScope, TokenRefused, UnsupportedGrantType
from .schemas import ServerMetadata, TokenAnswer, TokenRequest
from .terms import GRANT_TYPE, MAX_LENGTH

# Compared with when the client is unknown, so that it takes the same time as a wrong secret.
_NO_SECRET: Final = sha256(b"").digest()
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="vipu", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class Credentials:
    """The id that a client claims, and the secret that proves it."""

    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client as the issuer knows it."""

    subject: str
    scopes: frozenset[Scope]
    grants: tuple[Grant, ...]


async def give_token(
    session: AsyncSession,
    issuer: Issuer | None,
    body: TokenRequest,
    *,
    authorization: str | None,
    service_clients: Mapping[str, str],
) -> TokenAnswer:
    """Return a token for the client that the request authenticates.

    An unknown client, an inactive one and a wrong secret get the same answer.
    Requires: a transaction, so that the client's tokens are not revoked between its reading and the token.
    Raises: TokenRefused and its subclasses, Unavailable (this installation does not issue tokens).
    """
    if not body.grant_type:
        raise TokenRefused(Phrase("details.grant-type-missing"))
    if any(len(text) > MAX_LENGTH for text in (body.scope, body.client_id, body.client_secret) if text):
        raise TokenRefused(Phrase("details.token-parameter-too-long"))
    if body.grant_type != GRANT_TYPE:
        raise UnsupportedGrantType
    credentials = _credentials(body, authorization)
    client = await _authenticated(session, credentials, service_clients)
    note_caller(Principal(client.subject, client.scopes, client.grants))
    scopes = _requested_scopes(body.scope, client.scopes)
    token = issuing(issuer).mint(client.subject, client.grants, scopes=scopes)
    return TokenAnswer(
        access_token=token,
        token_type="Bearer",  # noqa: S106 - RFC 6750's name of a kind of token.
        expires_in=int(LIFETIME.total_seconds()),
        scope=" ".join(sorted(scopes)),
    )


def issuing(issuer: Issuer | None) -> Issuer:
    """Return the issuer. Raises Unavailable without a signing key, which only development allows."""
    if issuer is None:
        raise Unavailable(Phrase("details.no-signing-key"))
    return issuer


def metadata(address: str) -> ServerMetadata:
    """Return the metadata of the issuer at this address."""
    return ServerMetadata(
        issuer=address,
        token_endpoint=f"{address}/oauth/token",
        jwks_uri=f"{address}/.well-known/jwks.json",
        grant_types_supported=[GRANT_TYPE],
        response_types_supported=[],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        scopes_supported=sorted(set(Scope) - {Scope.messages_write}),
    )


def _credentials(body: TokenRequest, authorization: str | None) -> Credentials:
    """Read the credentials from HTTP Basic, else from the form.

    Raises: InvalidClient, TokenRefused (the request has both, RFC 6749 §2.3).
    """
    if authorization is None:
        if not body.client_id or body.client_secret is None:
            raise InvalidClient(headers=_CHALLENGE)
        return Credentials(body.client_id, body.client_secret)
    if body.client_secret is not None:
        raise TokenRefused(Phrase("details.credentials-twice"))
    kind, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError as error:
        raise InvalidClient(headers=_CHALLENGE) from error
    if kind.lower() != "basic" or not colon:
        raise InvalidClient(headers=_CHALLENGE)
    return Credentials(unquote(client_id), unquote(secret))


async def _authenticated(
    session: AsyncSession, credentials: Credentials, service_clients: Mapping[str, str]
) -> KnownClient:
    """Return the client whose credentials these are. Raises InvalidClient, after the same work for every client."""
    own = service_clients.get(credentials.client_id)
    stored = await queries.secret_of_client(session, credentials.client_id) if own is None else bytes.fromhex(own)
    secret_hash = sha256(credentials.secret.encode("utf-8", "surrogatepass")).digest()
    if not hmac.compare_digest(secret_hash, stored or _NO_SECRET) or stored is None:
        raise InvalidClient(headers=_CHALLENGE)
    client = _own_service(credentials.client_id) if own is not None else await _partner(session, credentials.client_id)
    if client is None:  # It has been switched off since.
        raise InvalidClient(headers=_CHALLENGE)
    return client


def _own_service(client_id: str) -> KnownClient | None:
    if client_id not in SERVICE_SCOPES:
        return None
    return KnownClient(
        subject=f"service:{client_id}",
        scopes=SERVICE_SCOPES[client_id],
        grants=(Grant(Role.service),),
    )


async def _partner(session: AsyncSession, client_id: str) -> KnownClient | None:
    partner = await queries.active_client(session, client_id)
    if partner is None:
        return None
    return KnownClient(
        subject=subject_of(partner.client_id),
        scopes=frozenset(Scope(name) for name in partner.scopes),
        grants=tuple(GrantBody.model_validate(grant).grant() for grant in partner.grants),
    )


def _requested_scopes(requested: str | None, granted: Iterable[Scope]) -> frozenset[Scope]:
    """Return the requested scopes, or all granted ones where none is requested. Raises InvalidScope."""
    allowed = {str(scope): scope for scope in granted}
    names = requested.split() if requested else list(allowed)
    if not set(names) <= allowed.keys():
        raise InvalidScope
    return frozenset(allowed[name] for name in names)
