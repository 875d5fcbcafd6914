"""Spellings: the decisions about what organisation a written name means.

Frozen: it imports nothing of ours and is never edited.
"""

from alembic import op

revision: str = "9e40b6d83a17"
down_revision: str | None = "5c2e7a91d0f4"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the table."""
    op.execute("""
CREATE TABLE organisation_spellings (
  id uuid NOT NULL, coordination_id uuid, spelling text NOT NULL, written text NOT NULL,
  sort_key text COLLATE "C" NOT NULL, organisation_id uuid NOT NULL, author text NOT NULL,
  decided_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, version integer DEFAULT 1 NOT NULL,
  CONSTRAINT pk_organisation_spellings PRIMARY KEY (id),
  CONSTRAINT uq_organisation_spellings_one_each UNIQUE NULLS NOT DISTINCT (coordination_id, spelling),
  CONSTRAINT fk_organisation_spellings_coordination_id FOREIGN KEY (coordination_id) REFERENCES projects(id)
    ON DELETE CASCADE,
  CONSTRAINT fk_organisation_spellings_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisations(id)
)
""")
    op.execute("CREATE INDEX ix_organisation_spellings_organisation_id ON organisation_spellings (organisation_id)")


def downgrade() -> None:
    """Drop the table."""
    op.execute("DROP TABLE organisation_spellings")
