"""Settings: no other code reads the environment. A secret may come from a file in /run/secrets."""

from pathlib import Path
from typing import Literal, Self

from limits import parse
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
_SECRETS = Path("/run/secrets")

# The secret of development; production refuses to start with it.
DEVELOPMENT_SECRET = "development-only-secret"  # noqa: S105 - refused outside development, see below.
_SHORTEST_SECRET = 16


class CoreSettings(BaseSettings):
    """The settings of every service. `VIPU_PUBLIC_URL` sets `public_url`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix="VIPU_",
        extra="ignore",
        populate_by_name=True,
        secrets_dir=_SECRETS if _SECRETS.is_dir() else None,
    )

    environment: Literal["development", "production"] = "production"
    public_url: str = "http://127.0.0.1:8000"
    # Base addresses of the other services, each without its `/v1`.
    registry_url: str = "http://127.0.0.1:8000/api/registry"
    events_url: str = "http://127.0.0.1:8000/api/events"
    feedback_url: str = "http://127.0.0.1:8000/api/feedback"
    # The issuer's private key (JWK, ES256). A service without it verifies by `jwks_url` and gets tokens at `token_url`.
    signing_key: SecretStr | None = None
    jwks_url: str = "http://127.0.0.1:8000/.well-known/jwks.json"
    token_url: str = "http://127.0.0.1:8000/oauth/token"  # noqa: S105 - An address.
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    # Authenticates cursors.
    cursor_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    cors_origins: list[str] = []
    # The limit for files. JSON has a lower limit, because its objects take many times its size in memory.
    max_body_bytes: int = 20 * 1024 * 1024
    max_json_bytes: int = 2 * 1024 * 1024
    # The limit for the body of a public route, which anyone may send.
    max_public_body_bytes: int = 64 * 1024
    # Requests to a public write from one address. All visitors of an event may share one address.
    public_rate: str = "600/5 minutes"
    # The same from one caller with a token. A partner's system registers many people.
    caller_rate: str = "6000/5 minutes"
    # Files that a process of their own makes, by subject or address. This process makes one at a time.
    export_rate: str = "30/5 minutes"

    @property
    def issuer(self) -> str:
        """The `iss` of Vipu's tokens."""
        return self.public_url

    @field_validator("public_rate", "caller_rate", "export_rate")
    @classmethod
    def _is_a_rate(cls, text: str) -> str:
        # A wrong rate ends the start; otherwise each public request would fail.
        parse(text)
        return text

    @model_validator(mode="after")
    def _no_default_secret_in_production(self) -> Self:
        secret = self.cursor_key.get_secret_value()
        if self.environment == "production" and (secret == DEVELOPMENT_SECRET or len(secret) < _SHORTEST_SECRET):
            raise ValueError(f"VIPU_CURSOR_KEY must be set outside development, to {_SHORTEST_SECRET} characters")
        return self


class ServiceSettings(CoreSettings):
    """The settings of a service with a database.

    Subclasses name the variable of `database_url` as its alias, e.g. `VIPU_REGISTRY_DATABASE_URL`. No other variable
    sets it; code passes `database_url`.
    """

    # If fields were set by name too, the `VIPU_DATABASE_URL` of another program would be read for this service.
    model_config = SettingsConfigDict(populate_by_name=False)

    database_url: SecretStr
    pool_size: int = Field(default=6, ge=1, le=8)

    @model_validator(mode="before")
    @classmethod
    def _code_goes_before_the_environment(cls, values: dict[str, object]) -> dict[str, object]:
        variable = cls.model_fields["database_url"].validation_alias
        if isinstance(variable, str) and "database_url" in values:
            return {**values, variable: values["database_url"]}
        return values
