"""The rows of the outbox are leased as those of every other queue."""

from migrations.shared import lease_outbox_rows, release_outbox_rows

revision: str = "feedback_0004"
down_revision: str | None = "feedback_0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    lease_outbox_rows()


def downgrade() -> None:
    release_outbox_rows()
