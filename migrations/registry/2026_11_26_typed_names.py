"""Organisations have the words of their names and abbreviations, by which forms offer them.

Frozen: it imports nothing of ours and is never edited. No release holds data: the words of organisations that are
there come with their next change.
"""

from alembic import op

revision: str = "e7d12f4b8c60"
down_revision: str | None = "9e40b6d83a17"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column, with the plain names until an organisation changes, and its index."""
    op.execute("ALTER TABLE organisations ADD COLUMN typed_key text")
    op.execute("UPDATE organisations SET typed_key = E'\\n ' || lower(sort_name)")
    op.execute("ALTER TABLE organisations ALTER COLUMN typed_key SET NOT NULL")
    op.execute("CREATE INDEX ix_organisations_typed_key ON organisations USING gin (typed_key public.gin_trgm_ops)")


def downgrade() -> None:
    """Drop the column and its index."""
    op.execute("ALTER TABLE organisations DROP COLUMN typed_key")
