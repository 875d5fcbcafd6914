"""Events are copied with their times, and a survey has the end of its event by which its window stands.

The copy is filled anew by reconciling with the list of events.
Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "7b02c9d4e6f1"
down_revision: str | None = "5e1f0b7c94d8"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "ALTER TABLE known_events ADD COLUMN starts_at timestamp with time zone,"
    " ADD COLUMN ends_at timestamp with time zone",
    "ALTER TABLE surveys ADD COLUMN event_ends_at timestamp with time zone,"
    " ADD COLUMN followed_ends_at timestamp with time zone",
)


def upgrade() -> None:
    """Add the columns."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Remove the columns."""
    op.execute("ALTER TABLE surveys DROP COLUMN event_ends_at, DROP COLUMN followed_ends_at")
    op.execute("ALTER TABLE known_events DROP COLUMN starts_at, DROP COLUMN ends_at")
