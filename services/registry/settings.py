"""Settings of the registry service."""

from pydantic import AliasChoices, Field, SecretStr

from services.kernel.settings import ServiceSettings


class RegistrySettings(ServiceSettings):
    """`VIPU_REGISTRY_DATABASE_URL` and what all services share."""

    database_url: SecretStr = Field(validation_alias=AliasChoices("database_url", "VIPU_REGISTRY_DATABASE_URL"))
