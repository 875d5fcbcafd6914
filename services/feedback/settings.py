"""Settings of the feedback service."""

from pathlib import Path

from pydantic import Field, SecretStr

from services.kernel.settings import ServiceSettings


class FeedbackSettings(ServiceSettings):
    """`VIPU_FEEDBACK_DATABASE_URL` and what all services share."""

    database_url: SecretStr = Field(validation_alias="VIPU_FEEDBACK_DATABASE_URL")
    # The folder of the private keys of surveys, which the worker alone may read and write.
    survey_keys: Path | None = None
