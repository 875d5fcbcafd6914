"""Settings: the only reader of the environment. A secret may come from a file in /run/secrets."""

from pathlib import Path
from typing import Literal, Self

from limits import parse
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
_SECRETS = Path("/run/secrets")

# What development may use and production refuses to start with.
DEVELOPMENT_SECRET = "development-only-secret"  # noqa: S105 - refused outside development, see below.
_SHORTEST_SECRET = 16


class CoreSettings(BaseSettings):
    """What every service needs to know. `VIPU_PUBLIC_URL` sets `public_url`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix="VIPU_",
        extra="ignore",
        populate_by_name=True,
        secrets_dir=_SECRETS if _SECRETS.is_dir() else None,
    )

    environment: Literal["development", "production"] = "production"
    public_url: str = "http://127.0.0.1:8000"
    # Base addresses of the sibling services, each up to but without `/v1`.
    registry_url: str = "http://127.0.0.1:8000/api/registry"
    events_url: str = "http://127.0.0.1:8000/api/events"
    feedback_url: str = "http://127.0.0.1:8000/api/feedback"
    # The issuer's private key (JWK, ES256). Who has none verifies by `jwks_url` and asks `token_url` for tokens.
    signing_key: SecretStr | None = None
    jwks_url: str = "http://127.0.0.1:8000/.well-known/jwks.json"
    token_url: str = "http://127.0.0.1:8000/oauth/token"  # noqa: S105 - An address.
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    # Authenticates cursors.
    cursor_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    cors_origins: list[str] = []
    # Files. What is parsed into objects takes many times its size in memory, so that is kept smaller.
    max_body_bytes: int = 20 * 1024 * 1024
    max_json_bytes: int = 2 * 1024 * 1024
    # Public writes from one address. A whole venue may sit behind one address.
    public_rate: str = "600/5 minutes"

    @property
    def issuer(self) -> str:
        """The `iss` of our tokens."""
        return self.public_url

    @field_validator("public_rate")
    @classmethod
    def _is_a_rate(cls, text: str) -> str:
        # Else the first caller would find out, and every other.
        parse(text)
        return text

    @model_validator(mode="after")
    def _no_default_secret_in_production(self) -> Self:
        secret = self.cursor_key.get_secret_value()
        if self.environment == "production" and (secret == DEVELOPMENT_SECRET or len(secret) < _SHORTEST_SECRET):
            raise ValueError(f"VIPU_CURSOR_KEY must be set outside development, to {_SHORTEST_SECRET} characters")
        return self


class ServiceSettings(CoreSettings):
    """A service with a database. Subclasses name its variable as alias, e.g. `VIPU_REGISTRY_DATABASE_URL`.

    The variable is the only one that is read; code says `database_url`.
    """

    # By name, `DATABASE_URL` or `VIPU_DATABASE_URL` of something else in the environment would be taken for ours.
    model_config = SettingsConfigDict(populate_by_name=False)

    database_url: SecretStr
    pool_size: int = Field(default=6, ge=1, le=8)

    @model_validator(mode="before")
    @classmethod
    def _code_goes_before_the_environment(cls, given: dict[str, object]) -> dict[str, object]:
        variable = cls.model_fields["database_url"].validation_alias
        if isinstance(variable, str) and "database_url" in given:
            return {**given, variable: given["database_url"]}
        return given
