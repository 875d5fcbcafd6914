"""Settings of the registry service."""

from pathlib import Path
from typing import Annotated, Self

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, StringConstraints, model_validator

from services.kernel.settings import ServiceSettings

Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RegistrySettings(ServiceSettings):
    """`VIPU_REGISTRY_DATABASE_URL` and the settings that all services share."""

    database_url: SecretStr = Field(validation_alias="VIPU_REGISTRY_DATABASE_URL")
    # Where the dictionaries of search are made and read; without them, search knows the stems of words alone.
    dictionary_folder: Path = Field(default_factory=lambda: user_cache_path("vipu") / "dictionaries")
    # The services of Vipu that have no signing key: client id → SHA-256 of the secret, in hexadecimal.
    service_clients: dict[str, Sha256Hex] = Field(default={})

    @model_validator(mode="after")
    def _the_issuer_has_its_key(self) -> Self:
        if self.environment == "production" and self.signing_key is None:
            raise ValueError("VIPU_SIGNING_KEY must be set for the registry service: it issues all tokens")
        return self
