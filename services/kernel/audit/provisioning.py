"""The schema of a service's audit. The administrator owns it; the service may read it and add rows, nothing else."""

from typing import Final

import asyncpg

# The version of these tables. A later one brings an earlier one up to date without removing a row.
AUDIT_VERSION: Final = 1

_TABLES: Final = """
CREATE TABLE {schema}.version (version integer NOT NULL);
INSERT INTO {schema}.version VALUES (1);
CREATE TABLE {schema}.entries (
  id bigint GENERATED ALWAYS AS IDENTITY,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  cluster bigint NOT NULL DEFAULT (pg_control_system()).system_identifier,
  subject text NOT NULL,
  grants text NOT NULL,
  coordination_id uuid,
  action text NOT NULL,
  noun text NOT NULL,
  ids uuid[] NOT NULL,
  method text NOT NULL,
  route text NOT NULL,
  request_id uuid NOT NULL,
  outcome text NOT NULL,
  times integer NOT NULL,
  CONSTRAINT pk_entries PRIMARY KEY (id)
);
CREATE INDEX ix_entries_order ON {schema}.entries (cluster, transaction, id);
CREATE INDEX ix_entries_recorded_at ON {schema}.entries (recorded_at, id);
CREATE INDEX ix_entries_subject ON {schema}.entries (subject, recorded_at, id);
CREATE INDEX ix_entries_coordination_id ON {schema}.entries (coordination_id, recorded_at, id);
CREATE INDEX ix_entries_ids ON {schema}.entries USING gin (ids);
CREATE TABLE {schema}.seals (
  number bigint NOT NULL,
  sealed_at timestamptz NOT NULL,
  cluster bigint NOT NULL,
  last_transaction bigint NOT NULL,
  last_id bigint NOT NULL,
  entry_ids bigint[] NOT NULL,
  entry_hashes bytea NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT pk_seals PRIMARY KEY (number)
);
CREATE INDEX ix_seals_cluster ON {schema}.seals (cluster, number);
CREATE TABLE {schema}.prunings (
  last_seal bigint NOT NULL,
  pruned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT pk_prunings PRIMARY KEY (last_seal)
);
"""
# Without the columns that an entry gets by default: the service chooses neither its time nor its place in the order.
_RIGHTS: Final = """
REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {role};
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role};
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};
GRANT INSERT (subject, grants, coordination_id, action, noun, ids, method, route, request_id, outcome, times)
  ON {schema}.entries TO {role};
GRANT INSERT ON {schema}.seals TO {role};
"""


def audit_schema_of(service: str) -> str:
    """Return the name of the schema of the service's audit."""
    return f"{service}_audit"


def audit_version_table(service: str) -> str:
    """Return the name of the table that has the version of the service's audit."""
    return f"{audit_schema_of(service)}.version"


async def make_audit_schema(connection: asyncpg.Connection, service: str, role: str) -> None:
    """Make the schema of the service's audit and give the service's role its rights. A second call changes nothing.

    Requires: an administrator's connection, whose role owns the schema from then on, and the service's role.
    """
    schema = audit_schema_of(service)
    async with connection.transaction():
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        if await audit_version(connection, service) is None:
            await connection.execute(_TABLES.format(schema=schema))
        await connection.execute(_RIGHTS.format(schema=schema, role=role))


async def audit_version(connection: asyncpg.Connection, service: str) -> int | None:
    """Return the version of the tables of the service's audit, or None where there are none."""
    if await connection.fetchval("SELECT to_regclass($1)", audit_version_table(service)) is None:
        return None
    version: int = await connection.fetchval(f"SELECT version FROM {audit_version_table(service)}")  # noqa: S608
    return version
