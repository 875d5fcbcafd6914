"""What the operator says about the embedded PostgreSQL."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EmbeddedSettings(BaseSettings):
    """Read from `VIPU_…` variables."""

    model_config = SettingsConfigDict(env_prefix="VIPU_", extra="ignore")

    pg_bindir: Path | None = Field(
        default=None, description="The folder of PostgreSQL's programs, in place of the ones that come with Vipu"
    )
