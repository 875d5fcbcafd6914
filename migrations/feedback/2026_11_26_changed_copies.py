"""The copy of events knows when a fact last changed, as every copy does.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "5b80d2e6c41f"
down_revision: str | None = "e41c7a90b52d"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "ALTER TABLE known_events ADD COLUMN changed_at timestamp with time zone",
    "UPDATE known_events SET changed_at = copied_at",
    "ALTER TABLE known_events ALTER COLUMN changed_at SET DEFAULT clock_timestamp()",
    "ALTER TABLE known_events ALTER COLUMN changed_at SET NOT NULL",
)


def upgrade() -> None:
    """Add the instant, as if the last writing had changed a fact."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse, as the other copies do."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
