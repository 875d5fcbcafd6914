"""The settings of the embedded PostgreSQL."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EmbeddedSettings(BaseSettings):
    """The settings that are read from variables `VIPU_…`."""

    model_config = SettingsConfigDict(env_prefix="VIPU_", extra="ignore")

    pg_bindir: Path | None = Field(
        default=None, description="The folder of PostgreSQL's programs, in place of those that are installed with Vipu"
    )
