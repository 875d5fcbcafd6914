"""Settings of the events service."""

from pydantic import AliasChoices, Field, SecretStr

from services.kernel.settings import ServiceSettings


class EventsSettings(ServiceSettings):
    """`VIPU_EVENTS_DATABASE_URL` and what all services share."""

    database_url: SecretStr = Field(validation_alias=AliasChoices("database_url", "VIPU_EVENTS_DATABASE_URL"))
