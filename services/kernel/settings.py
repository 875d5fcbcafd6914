"""Settings: no other code reads the environment. A secret may come from a file in /run/secrets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from limits import parse
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
_SECRETS = Path("/run/secrets")

# The secret of development; production refuses to start with it.
DEVELOPMENT_SECRET = "development-only-secret"  # noqa: S105 - refused outside development, see below.
_SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True)
class OnlyInDevelopment:
    """The mark of a setting whose default is true on a developer's machine alone: production does not start with it."""


# An address or a host name.
DevelopmentDefault = Annotated[str, OnlyInDevelopment()]


class DeployedSettings(BaseSettings):
    """Settings of a process that knows whether it runs in production, and then refuses the defaults of development."""

    model_config = SettingsConfigDict(env_prefix="VIPU_", extra="ignore")

    environment: Literal["development", "production"] = "production"

    def refused_in_production(self) -> Iterator[str]:
        """Yield a sentence for each setting that production does not start with. It names the variable."""
        for name, field in type(self).model_fields.items():
            if OnlyInDevelopment() in field.metadata and getattr(self, name) == field.default:
                yield f"VIPU_{name.upper()} must be set outside development"

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment == "production" and (faults := list(self.refused_in_production())):
            raise ValueError("; ".join(faults))
        return self


class CoreSettings(DeployedSettings):
    """The settings of every service. `VIPU_PUBLIC_URL` sets `public_url`, and so on."""

    model_config = SettingsConfigDict(populate_by_name=True, secrets_dir=_SECRETS if _SECRETS.is_dir() else None)

    public_url: str = "http://127.0.0.1:8000"
    # Base addresses of the other services, each without its `/v1`.
    registry_url: DevelopmentDefault = "http://127.0.0.1:8000/api/registry"
    events_url: DevelopmentDefault = "http://127.0.0.1:8000/api/events"
    feedback_url: DevelopmentDefault = "http://127.0.0.1:8000/api/feedback"
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

    @property
    def addresses(self) -> Mapping[str, str]:
        """The addresses of the other services: address → name."""
        of_registry = dict.fromkeys((self.registry_url, self.jwks_url, self.token_url), "registry")
        return {**of_registry, self.events_url: "events", self.feedback_url: "feedback"}

    @field_validator("public_rate", "caller_rate", "export_rate")
    @classmethod
    def _is_a_rate(cls, text: str) -> str:
        # A wrong rate ends the start; otherwise each public request would fail.
        parse(text)
        return text

    def refused_in_production(self) -> Iterator[str]:
        """Yield a sentence for each setting that production does not start with. It names the variable."""
        yield from super().refused_in_production()
        if not _is_public_origin(self.public_url):
            yield "VIPU_PUBLIC_URL must be what people call this installation, e.g. https://vipu.example, without path"
        secret = self.cursor_key.get_secret_value()
        if secret == DEVELOPMENT_SECRET or len(secret) < _SHORTEST_SECRET:
            yield f"VIPU_CURSOR_KEY must be set outside development, to {_SHORTEST_SECRET} characters"
        if self.signing_key is None:
            yield from self._needed_for_tokens()

    def _needed_for_tokens(self) -> Iterator[str]:
        """Yield a sentence for each setting that a service lacks which gets its tokens from the registry."""
        for name in ("jwks_url", "token_url"):
            if getattr(self, name) == CoreSettings.model_fields[name].default:
                yield f"VIPU_{name.upper()} must be set outside development, or VIPU_SIGNING_KEY"
        if not self.client_id or not self.client_secret.get_secret_value():
            yield "VIPU_CLIENT_ID and VIPU_CLIENT_SECRET must be set outside development, or VIPU_SIGNING_KEY"


def _is_public_origin(address: str) -> bool:
    """Say whether the address is scheme and host alone, and the host can be another machine than the reader's own."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return (
        parts.scheme in {"http", "https"}
        and address == f"{parts.scheme}://{parts.netloc}"
        and bool(host)
        and not is_this_machine(host)
    )


def is_this_machine(host: str) -> bool:
    """Say whether the name or address means, on every machine, that machine itself."""
    name = host.lower().rstrip(".")
    try:
        address = ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


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


def faults_of(failure: ValidationError) -> str:
    """Return the sentences of what is wrong in settings, each with the name of its setting where it is about one."""
    return "; ".join(map(_fault, failure.errors()))


def _fault(error: ErrorDetails) -> str:
    text = error["msg"].removeprefix("Value error, ")
    return f"{'.'.join(map(str, error['loc']))}: {text}" if error["loc"] else text
