"""The tables that every service's schema has: messages, responses stored for idempotency keys, revocations."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.kernel.background.leased import STATES, WAITING, leased_columns

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

kernel_metadata = MetaData(naming_convention=NAMING)

outbox = Table(
    "outbox",
    kernel_metadata,
    Column("id", Uuid, primary_key=True),
    Column("position", BigInteger, Identity(), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    *leased_columns(),
    Column("sent_at", DateTime(timezone=True)),
    CheckConstraint(STATES, name="state"),
)
Index("ix_outbox_waiting", outbox.c.due_at, outbox.c.position, postgresql_where=text(WAITING))

inbox = Table(
    "inbox",
    kernel_metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)

idempotency_answers = Table(
    "idempotency_answers",
    kernel_metadata,
    Column("scope", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp(), index=True),
)

revoked_principals = Table(
    "revoked_principals",
    kernel_metadata,
    Column("subject", Text, primary_key=True),
    # A token of the subject that was issued before is refused.
    Column("since", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
