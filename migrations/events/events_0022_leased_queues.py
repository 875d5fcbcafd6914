"""Outbox, mails and feedback invitations are leased alike."""

import sqlalchemy as sa
from alembic import op

from migrations.shared import LEASED_STATES, WAITING, lease_outbox_rows, release_outbox_rows

revision: str = "events_0022"
down_revision: str | None = "events_0021"
branch_labels: str | None = None
depends_on: str | None = None

HANDOVERS = "feedback_handovers"
NOW = sa.func.clock_timestamp()


def upgrade() -> None:
    lease_outbox_rows()
    op.alter_column("mails", "attempts", type_=sa.Integer)
    op.add_column(HANDOVERS, sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.add_column(HANDOVERS, sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'queued'")))
    op.add_column(HANDOVERS, sa.Column("last_error", sa.Text))
    op.execute("UPDATE feedback_handovers SET state = 'sent' WHERE rounds > 0 AND due_at IS NOT NULL")
    op.execute(
        "UPDATE feedback_handovers SET state = 'parked', last_error = 'survey-closed', due_at = clock_timestamp()"
        " WHERE due_at IS NULL"
    )
    op.alter_column(HANDOVERS, "due_at", nullable=False, server_default=NOW)
    op.create_check_constraint(op.f("ck_feedback_handovers_state"), HANDOVERS, LEASED_STATES)
    op.create_index(
        "ix_feedback_handovers_waiting", HANDOVERS, ["due_at", "event_id"], postgresql_where=sa.text(WAITING)
    )


def downgrade() -> None:
    op.drop_index("ix_feedback_handovers_waiting", HANDOVERS)
    op.drop_constraint(op.f("ck_feedback_handovers_state"), HANDOVERS)
    op.alter_column(HANDOVERS, "due_at", nullable=True, server_default=None)
    op.execute("UPDATE feedback_handovers SET due_at = NULL WHERE state = 'parked'")
    for name in ("last_error", "state", "attempts"):
        op.drop_column(HANDOVERS, name)
    op.alter_column("mails", "attempts", type_=sa.SmallInteger)
    release_outbox_rows()
