"""Failures of the token route; each carries RFC 6749's `error` besides our code."""

from typing import ClassVar

from services.kernel.web.errors import DomainError, Titles


class TokenRefused(DomainError):
    """A token was asked for in vain. Subclasses name RFC 6749's error (§5.2)."""

    status, code = 400, "invalid-token-request"
    error: ClassVar[str] = "invalid_request"
    titles = Titles(
        fi="Tunnistepyyntö on virheellinen", sv="Begäran om token är felaktig", en="The token request is malformed"
    )

    def __init__(self, detail: str | None = None, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail, headers=headers or {}, members={"error": self.error})


class InvalidClient(TokenRefused):
    status, code, error = 401, "invalid-client", "invalid_client"
    titles = Titles(
        fi="Asiakastunnus tai salaisuus on väärä",
        sv="Klientens id eller hemlighet är fel",
        en="The client or its secret is wrong",
    )


class InvalidScope(TokenRefused):
    status, code, error = 400, "invalid-scope", "invalid_scope"
    titles = Titles(
        fi="Käyttöoikeutta ei ole annettu", sv="Behörigheten har inte beviljats", en="The scope was not granted"
    )


class UnsupportedGrantType(TokenRefused):
    status, code, error = 400, "unsupported-grant-type", "unsupported_grant_type"
    titles = Titles(fi="Myöntämistapaa ei tueta", sv="Beviljandetypen stöds inte", en="The grant type is not supported")
