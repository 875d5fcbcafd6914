"""The numbers of the invited that feedback was told are leased rows of their own: told again later, and refused rarely.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "2e7c91d04fb6"
down_revision: str | None = "1f8c2d5e6a04"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    # Without a row, the numbers of an event are told anew.
    "ALTER TABLE feedback_invitations DROP COLUMN told_people, DROP COLUMN told_undeliverable",
    """CREATE TABLE told_counts (
      event_id uuid NOT NULL,
      people integer DEFAULT 0 NOT NULL,
      undeliverable integer DEFAULT 0 NOT NULL,
      told_at timestamp with time zone,
      due_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
      attempts integer DEFAULT 0 NOT NULL,
      state text DEFAULT 'queued' NOT NULL,
      last_error text,
      CONSTRAINT pk_told_counts PRIMARY KEY (event_id),
      CONSTRAINT ck_told_counts_counts CHECK (people >= undeliverable AND undeliverable >= 0),
      CONSTRAINT ck_told_counts_state CHECK (state IN ('queued', 'sending', 'sent', 'parked'))
    )""",
    "CREATE INDEX ix_told_counts_waiting ON told_counts (due_at, event_id) WHERE (state IN ('queued', 'sending'))",
)


def upgrade() -> None:
    """Make the table, and drop the columns that it replaces."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: the service cannot do without the table."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
