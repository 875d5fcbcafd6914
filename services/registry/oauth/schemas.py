"""Bodies of the token routes, as their RFCs name them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from .terms import GRANT_TYPE


class TokenRequest(BaseModel):
    """The form of RFC 6749 §4.4.2. Unknown parameters are ignored, as §3.2 demands.

    The lengths have no limit here: a parameter that is too long is refused with an error of the RFC.
    """

    model_config = ConfigDict(json_schema_extra={"required": ["grant_type"]})

    grant_type: Annotated[str, WithJsonSchema({"type": "string", "enum": [GRANT_TYPE]}), Field(default_factory=str)]
    scope: Annotated[str | None, Field(description="Scopes separated by blanks; without it, all granted scopes")] = None
    client_id: Annotated[str | None, Field(description="Omitted where HTTP Basic carries it")] = None
    client_secret: Annotated[str | None, Field(description="Omitted where HTTP Basic carries it")] = None


class TokenAnswer(BaseModel):
    """A token, as RFC 6749 §5.1 defines it."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds")
    scope: str


class KeySetAnswer(BaseModel):
    """The public keys, as RFC 7517 §5 defines them."""

    keys: list[dict[str, str]]


class ServerMetadata(BaseModel):
    """The metadata of the issuer, as RFC 8414 §2 defines them."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    scopes_supported: list[str]
