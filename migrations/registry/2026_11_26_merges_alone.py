"""A merge keeps no list of what it moved: spellings stay where they were decided, followers are found by the merges.

Frozen: it imports nothing of ours and is never edited. No release holds data: spellings that a merge moved stay with
the organisation that answered then.
"""

from alembic import op

revision: str = "a4d90c6e17b8"
down_revision: str | None = "31f8c05e7d92"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Drop both lists."""
    op.execute("ALTER TABLE organisation_merges DROP COLUMN followers, DROP COLUMN spellings")


def downgrade() -> None:
    """Add the lists, empty."""
    op.execute("""
ALTER TABLE organisation_merges
  ADD COLUMN followers jsonb NOT NULL DEFAULT '[]', ADD COLUMN spellings jsonb NOT NULL DEFAULT '[]'
""")
    op.execute("ALTER TABLE organisation_merges ALTER COLUMN followers DROP DEFAULT, ALTER COLUMN spellings DROP DEFAULT")
