"""Organisations, codes and partners are sorted by stored keys of Finnish alphabetical order.

The tables are emptied: PostgreSQL cannot make the keys of rows that are there, and nothing has been released.
Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "f7b07eb14457"
down_revision: str | None = "61f2aee7ff7b"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "TRUNCATE organisations, projects, codes, partner_clients, imports, search_documents CASCADE",
    'ALTER TABLE organisations ADD COLUMN sort_key text COLLATE "C" NOT NULL',
    "DROP INDEX ix_organisations_sort_name_id",
    "CREATE INDEX ix_organisations_sort_key_id ON organisations (sort_key, id)",
    "ALTER TABLE codes DROP COLUMN sort_name",
    'ALTER TABLE codes ADD COLUMN sort_key text COLLATE "C" NOT NULL',
    'ALTER TABLE partner_clients ADD COLUMN sort_key text COLLATE "C" NOT NULL',
)


def upgrade() -> None:
    """Empty the tables of names and give them columns for the keys."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: the rows are gone."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
