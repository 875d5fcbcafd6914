"""Settings of the feedback service."""

from pydantic import Field, SecretStr

from services.kernel.settings import ServiceSettings


class FeedbackSettings(ServiceSettings):
    """`VIPU_FEEDBACK_DATABASE_URL` and what all services share."""

    database_url: SecretStr = Field(validation_alias="VIPU_FEEDBACK_DATABASE_URL")
    # An answer holds two connections at once; with fewer than four, two answers could wait for each other.
    pool_size: int = Field(default=6, ge=4, le=8)
