"""Alembic's environment for all services; the ini section says which one."""

import asyncio
import importlib

from alembic import context
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.kernel.data.tables import kernel_metadata

config = context.config
service = config.get_main_option("service") or config.config_ini_section

_ADVISORY_LOCK = 0x76697075  # "vipu": two processes that migrate at once take turns.
# The tables of pgqueuer have no models here.
_QUEUE_PREFIX = "pgqueuer"


def _metadata() -> list[MetaData]:
    models = importlib.import_module(f"services.{service}.app")
    return [models.SERVICE.metadata, kernel_metadata]


def _is_ours(obj: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:  # noqa: FBT001 - Alembic calls it so.
    return not (kind == "table" and name is not None and (name.startswith(_QUEUE_PREFIX) or name == "alembic_version"))


def _run(connection: Connection) -> None:
    connection.execute(text(f"SET search_path TO {service}, public"))
    # Without limits of its own, a migration has those of the role, which are made for requests.
    limits: dict[str, str] = config.attributes["time_limits"]
    for name, value in limits.items():
        connection.execute(text(f"SET {name} TO '{value}'"))
    # Another process may migrate for longer than a revision waits for a table's lock.
    connection.execute(text("SET lock_timeout TO 0"))
    connection.execute(text(f"SELECT pg_advisory_lock({_ADVISORY_LOCK})"))
    connection.execute(text(f"SET lock_timeout TO '{limits['lock_timeout']}'"))
    connection.commit()
    # Autogenerate must see our tables without a schema, as the models name them.
    connection.dialect.default_schema_name = service
    context.configure(
        connection=connection,
        target_metadata=_metadata(),
        version_table_schema=service,
        include_object=_is_ours,
        transaction_per_migration=True,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _connect_and_run(url: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run)
    finally:
        await engine.dispose()


given: Connection | None = config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    asyncio.run(_connect_and_run(config.attributes["database_url"]))
