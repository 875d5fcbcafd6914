"""Coordinations are a copy that keeps removed projects as tombstones, and knows when a row was written.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "7b1f0c92d4ae"
down_revision: str | None = "3fc68ff83a2d"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "ALTER TABLE coordinations ADD COLUMN removed boolean NOT NULL DEFAULT false",
    "ALTER TABLE coordinations ADD COLUMN copied_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()",
    "ALTER TABLE coordinations ALTER COLUMN slug SET DEFAULT ''",
    "ALTER TABLE coordinations ALTER COLUMN name SET DEFAULT '{}'",
)


def upgrade() -> None:
    """Add the columns of copies."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: tombstones would come back to life."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
