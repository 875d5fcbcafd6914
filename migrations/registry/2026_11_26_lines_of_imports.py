"""Every line of an imported file is kept, and what the file says of itself.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "8d1c5b0a94e2"
down_revision: str | None = "2f0c9d5a7b31"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns."""
    op.execute("ALTER TABLE imports ADD COLUMN lines_total integer")
    # An earlier import kept its rows alone.
    op.execute("""
        UPDATE imports SET lines_total = rows_total, counts = counts || jsonb_build_object('ignored', 0)
        WHERE counts <> '{}'
    """)
    op.execute("ALTER TABLE imports ADD COLUMN list_on date")
    op.execute("ALTER TABLE imports ADD COLUMN sheet text")
    op.execute("ALTER TABLE imports ADD COLUMN other_sheets jsonb DEFAULT '[]'::jsonb NOT NULL")
    op.execute("ALTER TABLE imports ADD COLUMN ignored_columns jsonb DEFAULT '[]'::jsonb NOT NULL")
    op.execute("ALTER TABLE import_rows ADD COLUMN line_text text")


def downgrade() -> None:
    """Refuse: the lines of imported files would be lost."""
    raise NotImplementedError("Restore the backup from before the upgrade.")
