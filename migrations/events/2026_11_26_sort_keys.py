"""Events and the people at them are sorted by stored keys of Finnish alphabetical order.

The tables are emptied: PostgreSQL cannot make the keys of rows that are there, and nothing has been released.
Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "3fc68ff83a2d"
down_revision: str | None = "5169e892b136"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "TRUNCATE events, mails, feedback_invitations CASCADE",
    "ALTER TABLE events DROP COLUMN sort_title",
    'ALTER TABLE events ADD COLUMN sort_key text COLLATE "C" NOT NULL',
    "CREATE INDEX ix_events_sort_key_id ON events (sort_key, id)",
    'ALTER TABLE registrations ADD COLUMN sort_key text COLLATE "C" NOT NULL',
    "ALTER TABLE registrations ADD CONSTRAINT ck_registrations_sort_key CHECK (right(sort_key, length(name)) = name)",
)


def upgrade() -> None:
    """Empty the tables of names and give them columns for the keys."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: the rows are gone."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
