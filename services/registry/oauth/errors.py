"""Failures of the token route; each carries RFC 6749's `error` besides our code."""

from typing import ClassVar

from services.contracts.words import Phrase
from services.kernel.web.errors import DomainError


class TokenRefused(DomainError):
    """A token was asked for in vain. Subclasses name RFC 6749's error (§5.2)."""

    status, code = 400, "invalid-token-request"
    error: ClassVar[str] = "invalid_request"

    def __init__(self, detail: Phrase | None = None, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail, headers=headers or {}, members={"error": self.error})


class InvalidClient(TokenRefused):
    status, code, error = 401, "invalid-client", "invalid_client"


class InvalidScope(TokenRefused):
    status, code, error = 400, "invalid-scope", "invalid_scope"


class UnsupportedGrantType(TokenRefused):
    status, code, error = 400, "unsupported-grant-type", "unsupported_grant_type"
