"""The organiser's contact address on events, and the place on the waiting list that a mail states.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "d4a1c06be715"
down_revision: str | None = "b7d1c40f6a25"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add both columns. Mails that wait already state no place."""
    op.execute("ALTER TABLE events ADD COLUMN contact_email text")
    op.execute("ALTER TABLE mails ADD COLUMN queue_place integer")


def downgrade() -> None:
    """Drop both columns."""
    op.execute("ALTER TABLE mails DROP COLUMN queue_place")
    op.execute("ALTER TABLE events DROP COLUMN contact_email")
