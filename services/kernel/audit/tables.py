"""The tables of the audit, which the administrator's role owns: `provisioning` makes them."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    FetchedValue,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from .provisioning import audit_schema_of


@dataclass(frozen=True, slots=True)
class AuditTables:
    """The tables of one service's audit that it adds to."""

    entries: Table
    seals: Table


@cache
def audit_tables(service: str) -> AuditTables:
    """Return the tables of the service's audit."""
    metadata = MetaData(schema=audit_schema_of(service))
    return AuditTables(_entries(metadata), _seals(metadata))


def _entries(metadata: MetaData) -> Table:
    return Table(
        "entries",
        metadata,
        # The service cannot choose these four.
        Column("id", BigInteger, server_default=FetchedValue(), primary_key=True),
        Column("recorded_at", DateTime(timezone=True), server_default=FetchedValue()),
        Column("transaction", BigInteger, server_default=FetchedValue()),
        Column("cluster", BigInteger, server_default=FetchedValue()),
        Column("subject", Text),
        Column("grants", Text),
        Column("coordination_id", Uuid),
        Column("action", Text),
        Column("noun", Text),
        Column("ids", ARRAY(Uuid)),
        Column("method", Text),
        Column("route", Text),
        Column("request_id", Uuid),
        Column("outcome", Text),
        Column("times", Integer),
    )


def _seals(metadata: MetaData) -> Table:
    return Table(
        "seals",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("sealed_at", DateTime(timezone=True)),
        Column("cluster", BigInteger),
        Column("last_transaction", BigInteger),
        Column("last_id", BigInteger),
        Column("entry_ids", ARRAY(BigInteger)),
        Column("entry_hashes", LargeBinary),
        Column("previous", LargeBinary),
        Column("hash", LargeBinary),
    )
