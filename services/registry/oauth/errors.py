"""Failures of the token route; each carries the `error` of RFC 6749 besides Vipu's code."""

from typing import ClassVar

from services.contracts.words import Phrase
from services.kernel.web.errors import DomainError


class TokenRefused(DomainError):
    """A refused request for a token. Subclasses name the error of RFC 6749, §5.2."""

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
