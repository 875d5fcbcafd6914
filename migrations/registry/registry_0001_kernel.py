"""Outbox, inbox, idempotency answers and job queue of registry."""

from migrations.shared import create_kernel_tables, drop_kernel_tables

revision: str = "registry_0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    create_kernel_tables("registry")


def downgrade() -> None:
    drop_kernel_tables("registry")
