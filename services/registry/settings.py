"""Settings of the registry service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, StringConstraints

from services.kernel.settings import ServiceSettings

Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RegistrySettings(ServiceSettings):
    """`VIPU_REGISTRY_DATABASE_URL` and the settings that all services share."""

    database_url: SecretStr = Field(validation_alias="VIPU_REGISTRY_DATABASE_URL")
    # Where the dictionaries of search are made and read; without them, search knows the stems of words alone.
    dictionary_folder: Path = Field(default_factory=lambda: user_cache_path("vipu") / "dictionaries")
    # The services of Vipu that have no signing key: client id → SHA-256 of the secret, in hexadecimal.
    service_clients: dict[str, Sha256Hex] = Field(default={})

    def refused_in_production(self) -> Iterator[str]:
        """Yield a sentence for each setting that production does not start with: the registry issues all tokens."""
        if self.signing_key is None:
            yield "VIPU_SIGNING_KEY must be set for the registry service: it issues all tokens"
        else:
            yield from super().refused_in_production()
