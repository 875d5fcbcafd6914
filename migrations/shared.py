"""What every service's first revision makes. Frozen: a later change is a revision of its own."""

import sqlalchemy as sa
from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from sqlalchemy.dialects.postgresql import JSONB

from services.kernel.background.jobs import queue_settings

WAITING = "state IN ('queued', 'sending')"
LEASED_STATES = "state IN ('queued', 'sending', 'sent', 'parked')"


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


def lease_outbox_rows() -> None:
    """Give the outbox the columns of every leased queue."""
    op.drop_index("ix_outbox_waiting", "outbox")
    op.add_column("outbox", sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'queued'")))
    op.alter_column("outbox", "parked_reason", new_column_name="last_error")
    op.alter_column("outbox", "relayed_at", new_column_name="sent_at")
    op.alter_column("outbox", "attempts", type_=sa.Integer)
    op.execute("UPDATE outbox SET state = 'sent' WHERE sent_at IS NOT NULL")
    op.execute("UPDATE outbox SET state = 'parked' WHERE sent_at IS NULL AND last_error IS NOT NULL")
    op.create_check_constraint(op.f("ck_outbox_state"), "outbox", LEASED_STATES)
    op.create_index("ix_outbox_waiting", "outbox", ["due_at", "position"], postgresql_where=sa.text(WAITING))


def release_outbox_rows() -> None:
    """Undo `lease_outbox_rows`."""
    op.drop_index("ix_outbox_waiting", "outbox")
    op.drop_constraint(op.f("ck_outbox_state"), "outbox")
    op.execute("UPDATE outbox SET last_error = NULL WHERE state <> 'parked'")
    op.alter_column("outbox", "attempts", type_=sa.SmallInteger)
    op.alter_column("outbox", "sent_at", new_column_name="relayed_at")
    op.alter_column("outbox", "last_error", new_column_name="parked_reason")
    op.drop_column("outbox", "state")
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["due_at", "position"],
        postgresql_where=sa.text("relayed_at IS NULL AND parked_reason IS NULL"),
    )
