"""Projects and the documents of search are sorted by stored keys of Finnish alphabetical order.

The tables are emptied: PostgreSQL cannot make the keys of rows that are there, and nothing has been released.
Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "c41d0e8a7b92"
down_revision: str | None = "b7e41f6d2c93"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "TRUNCATE projects, search_documents, organisations, imports CASCADE",
    "ALTER TABLE projects DROP COLUMN sort_name",
    'ALTER TABLE projects ADD COLUMN sort_key text COLLATE "C" NOT NULL',
    "CREATE INDEX ix_projects_sort_key_id ON projects (sort_key, id)",
    "ALTER TABLE search_documents DROP COLUMN sort_name",
    'ALTER TABLE search_documents ADD COLUMN sort_key text COLLATE "C" NOT NULL',
)
# The two functions that write documents copy the key where they copied the name.
FUNCTIONS = """
DO $$
DECLARE definition text;
BEGIN
  FOR definition IN SELECT pg_get_functiondef(oid) FROM pg_proc
    WHERE proname IN ('search_keep_organisations', 'search_keep_projects')
      AND pronamespace = current_schema()::regnamespace
  LOOP EXECUTE replace(definition, 'sort_name', 'sort_key'); END LOOP;
END $$
"""


def upgrade() -> None:
    """Empty the tables of names and give them columns for the keys."""
    for change in (*CHANGES, FUNCTIONS):
        op.execute(change)


def downgrade() -> None:
    """Refuse: the rows are gone."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
