"""What every service's first revision makes. Frozen: a later change is a revision of its own."""

import sqlalchemy as sa
from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from sqlalchemy.dialects.postgresql import JSONB

from services.kernel.background.jobs import queue_settings


def create_kernel_tables(service: str) -> None:
    """Outbox, inbox, idempotency answers and the job queue."""
    now = sa.func.clock_timestamp()
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Uuid, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("relayed_at", sa.DateTime(timezone=True)),
        sa.Column("parked_reason", sa.Text),
        sa.UniqueConstraint("position", name="uq_outbox_position"),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["due_at", "position"],
        postgresql_where=sa.text("relayed_at IS NULL AND parked_reason IS NULL"),
    )
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid, primary_key=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_table(
        "idempotency_answers",
        sa.Column("scope", sa.LargeBinary, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_index("ix_idempotency_answers_stored_at", "idempotency_answers", ["stored_at"])
    install_queue(service)


def install_queue(service: str) -> None:
    """Let pgqueuer make its own tables in the service's schema."""
    statements = QueryBuilderEnvironment(queue_settings(service)).build_install_query(create_schema=False)
    # Several statements in one text: only the driver's simple protocol takes that.
    op.get_bind().connection.dbapi_connection.run_async(lambda connection: connection.execute(statements))


def drop_kernel_tables(service: str) -> None:
    """Undo `create_kernel_tables`."""
    statements = QueryBuilderEnvironment(queue_settings(service)).build_uninstall_query()
    op.get_bind().connection.dbapi_connection.run_async(lambda connection: connection.execute(statements))
    for table in ("idempotency_answers", "inbox", "outbox"):
        op.drop_table(table)
