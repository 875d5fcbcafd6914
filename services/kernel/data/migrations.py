"""Migrations: one Alembic environment, in which each service has its schema, its history and its version table."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, make_url, select, text

from services.kernel.audit.provisioning import AUDIT_VERSION, audit_version_table
from services.kernel.data.db import Database
from services.kernel.settings import ROOT
from services.kernel.time_limits import OF_MIGRATIONS

MIGRATIONS = ROOT / "migrations"
ANEW_IN_DATABASE = "in an empty database"


class SchemaNotAtHead(Exception):
    """The database schema is not the one that this code is written for. Run `vipu migrate`."""


class UnknownRevision(SchemaNotAtHead):
    """The schema is at a revision of another history, or of a newer or older version; nothing was changed."""


def alembic_config(service: str, database_url: str = "") -> Config:
    """Make Alembic's configuration for the history of one service."""
    config = Config(MIGRATIONS / "alembic.ini", ini_section=service)
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / service))
    config.set_main_option("service", service)
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    config.attributes["time_limits"] = dict(OF_MIGRATIONS.settings())
    return config


def upgrade(service: str, database_url: str) -> None:
    """Upgrade the service's schema to head. One process at a time does it; other processes wait."""
    command.upgrade(alembic_config(service, database_url), "head")


@cache
def head_of(service: str) -> str | None:
    """Return the newest revision of the service's history."""
    return ScriptDirectory.from_config(alembic_config(service)).get_current_head()


@cache
def _history_of(service: str) -> frozenset[str]:
    return frozenset(
        script.revision for script in ScriptDirectory.from_config(alembic_config(service)).walk_revisions()
    )


async def revision_in(service: str, database: Database) -> str | None:
    """Return the revision of the service's schema, or None where it has no tables yet."""

    def current(connection: Connection) -> tuple[str, ...]:
        return MigrationContext.configure(connection, opts={"version_table_schema": service}).get_current_heads()

    async with database.reader.connect() as connection:
        return ", ".join(await connection.run_sync(current)) or None


async def is_at_head(service: str, database: Database) -> bool:
    """Say whether the schemas of the service and of its audit are those that this code is written for."""
    return await revision_in(service, database) == head_of(service) and await _has_audit(service, database)


async def _has_audit(service: str, database: Database) -> bool:
    async with database.reader.connect() as connection:
        table = audit_version_table(service)
        if await connection.scalar(select(func.to_regclass(table))) is None:
            return False
        return bool(await connection.scalar(text(f"SELECT version FROM {table}")) == AUDIT_VERSION)  # noqa: S608


async def require_head(service: str, database: Database) -> None:
    """Check that the schemas of the service and of its audit are those of this code. Raises SchemaNotAtHead."""
    revision = await revision_in(service, database)
    if revision != head_of(service):
        require_known(service, revision, place=place_of(database.plain_url), anew=ANEW_IN_DATABASE)
        raise SchemaNotAtHead(f"the schema of {service} is not at head: run `vipu migrate`")
    if not await _has_audit(service, database):
        raise SchemaNotAtHead(
            f"the audit of {service} has no tables of this version: run `vipu migrate` with VIPU_ADMIN_DATABASE_URL"
        )


def require_known(service: str, revision: str | None, *, place: str, anew: str) -> None:
    """Check that the revision is in the service's history; None is a schema without tables. Raises UnknownRevision."""
    if revision is not None and revision not in _history_of(service):
        raise UnknownRevision(
            f"The tables of {service} in {place} are at revision {revision}, which this version of Vipu does not know:"
            f" run the version that made them, or begin anew {anew}"
        )


def place_of(database_url: str) -> str:
    """Name the database, host and port of the address, without its user and password."""
    url = make_url(database_url)
    return f"the database {url.database} on {url.host}:{url.port or 5432}"
