"""Merges of organisations.

Frozen: it imports nothing of ours and is never edited.
"""

from alembic import op

revision: str = "31f8c05e7d92"
down_revision: str | None = "e7d12f4b8c60"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the table."""
    op.execute("""
CREATE TABLE organisation_merges (
  id uuid NOT NULL, organisation_id uuid NOT NULL, other_id uuid NOT NULL, followers jsonb NOT NULL,
  spellings jsonb NOT NULL, author text NOT NULL, reason text,
  merged_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, removed_at timestamp with time zone,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT pk_organisation_merges PRIMARY KEY (id),
  CONSTRAINT fk_organisation_merges_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisations(id)
    ON DELETE CASCADE,
  CONSTRAINT fk_organisation_merges_other_id FOREIGN KEY (other_id) REFERENCES organisations(id) ON DELETE CASCADE
)
""")
    op.execute("CREATE INDEX ix_organisation_merges_organisation_id ON organisation_merges (organisation_id)")
    op.execute("""
CREATE UNIQUE INDEX uq_organisation_merges_other ON organisation_merges (other_id) WHERE removed_at IS NULL
""")


def downgrade() -> None:
    """Drop the table."""
    op.execute("DROP TABLE organisation_merges")
