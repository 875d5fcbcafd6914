"""Routes of tokens, at the addresses that their RFCs name."""

from typing import Annotated, Final, cast

from fastapi import APIRouter, Form, Header, Request, Response

from services.kernel.audit.declarations import audited
from services.kernel.audit.terms import AuditAction
from services.kernel.data.db import UnstoredTransaction
from services.kernel.openapi.document import problems
from services.kernel.openapi.security import CLIENT
from services.kernel.runtime import Core
from services.kernel.security.auth import Anyone
from services.kernel.web.rate_limits import RateLimited
from services.kernel.web.routing import Route
from services.registry.settings import RegistrySettings

from . import service
from .dependencies import AnyClient
from .errors import InvalidClient, InvalidScope, TokenRefused, UnsupportedGrantType
from .schemas import KeySetAnswer, ServerMetadata, TokenAnswer, TokenRequest
from .terms import JWKS_SECONDS

router = APIRouter(tags=["tokens"], route_class=Route)

# These stand at the root of the public address, not under `/api/registry`.
_AT_THE_ROOT: Final[dict[str, object]] = {"servers": [{"url": "/"}]}


@router.post(
    "/oauth/token",
    summary="Get a token by client credentials",
    responses=problems(InvalidClient, InvalidScope, TokenRefused, UnsupportedGrantType),
    openapi_extra={**_AT_THE_ROOT, "security": [{CLIENT: []}, {}]},
)
@audited(AuditAction.token, "tokens", id_members=())
async def give_token(
    body: Annotated[TokenRequest, Form()],
    principal: AnyClient,
    limited: RateLimited,
    session: UnstoredTransaction,
    request: Request,
    response: Response,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> TokenAnswer:
    """A token for the client (RFC 6749 §4.4), whose credentials are in HTTP Basic or in the form.

    A failure carries the `error` of RFC 6749 besides Vipu's `code`.
    """
    response.headers["Cache-Control"] = "no-store"
    core: Core = request.app.state.runtime
    settings = cast("RegistrySettings", core.settings)
    return await service.give_token(
        session, core.issuer, body, authorization=authorization, service_clients=settings.service_clients
    )


@router.get("/.well-known/jwks.json", summary="Read the public keys", openapi_extra=_AT_THE_ROOT)
async def read_keys(principal: Anyone, request: Request, response: Response) -> KeySetAnswer:
    """The public keys with which services verify tokens (RFC 7517)."""
    response.headers["Cache-Control"] = f"public, max-age={JWKS_SECONDS}"
    return KeySetAnswer.model_validate(service.issuing(request.app.state.runtime.issuer).jwks())


@router.get("/.well-known/oauth-authorization-server", summary="Read the issuer's metadata", openapi_extra=_AT_THE_ROOT)
async def read_metadata(principal: Anyone, request: Request, response: Response) -> ServerMetadata:
    """The addresses and methods by which clients get tokens (RFC 8414)."""
    response.headers["Cache-Control"] = f"public, max-age={JWKS_SECONDS}"
    return service.metadata(request.app.state.runtime.settings.issuer)
