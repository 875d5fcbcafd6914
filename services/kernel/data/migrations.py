"""Migrations: one Alembic environment, per service a schema, a history and a version table."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from services.kernel.data.db import Database
from services.kernel.settings import ROOT

MIGRATIONS = ROOT / "migrations"
STORING_SERVICES = ("registry", "events", "feedback")
# A revision that cannot have a table gives up: whoever queued behind it would wait too.
_LOCK_TIMEOUT = "5s"


def alembic_config(service: str, database_url: str = "") -> Config:
    """Alembic's configuration for one service's history."""
    config = Config(MIGRATIONS / "alembic.ini", ini_section=service)
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / service))
    config.set_main_option("service", service)
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    config.attributes["lock_timeout"] = _LOCK_TIMEOUT
    return config


def upgrade(service: str, database_url: str) -> None:
    """Bring the service's schema to head; one process at a time does it, others wait."""
    command.upgrade(alembic_config(service, database_url), "head")


@cache
def head_of(service: str) -> str | None:
    """The newest revision of the service's history."""
    return ScriptDirectory.from_config(alembic_config(service)).get_current_head()


async def is_at_head(service: str, database: Database) -> bool:
    """Whether the service's schema is the one this code was written for."""

    def current(connection: Connection) -> str | None:
        return MigrationContext.configure(connection, opts={"version_table_schema": service}).get_current_revision()

    async with database.reader.connect() as connection:
        return await connection.run_sync(current) == head_of(service)


def history_folder(service: str) -> Path:
    """Where the service's revisions lie."""
    return MIGRATIONS / service
