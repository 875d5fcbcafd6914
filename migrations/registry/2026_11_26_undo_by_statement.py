"""Imports state facts: an undo takes them away, and the names in lists are kept by import.

Frozen: it imports nothing of ours and is never edited. No release holds data: what names mean is not carried over.
"""

from alembic import op

revision: str = "b7e41f6d2c93"
down_revision: str | None = "8d1c5b0a94e2"
branch_labels: str | None = None
depends_on: str | None = None

STATEMENTS = (
    "DROP VIEW import_before",
    "DROP VIEW import_changes",
    "ALTER TABLE import_rows DROP COLUMN fresh_id, DROP COLUMN slug, DROP COLUMN authority_id",
    "ALTER TABLE import_rows DROP COLUMN beneficiary_id",
    "ALTER TABLE import_rows ADD COLUMN is_stated boolean DEFAULT true NOT NULL",
    "ALTER TABLE import_rows ADD COLUMN equal_to bigint",
    "ALTER TABLE import_rows ADD COLUMN kept boolean DEFAULT false NOT NULL",
    "ALTER TABLE imports ADD COLUMN coordinated_by uuid",
    "ALTER TABLE imports ADD COLUMN kept integer",
    "ALTER TABLE organisations ADD COLUMN listed_fields jsonb DEFAULT '[]'::jsonb NOT NULL",
    "DROP TABLE import_files",
    """
CREATE TABLE import_files (
  import_id uuid NOT NULL, part integer NOT NULL, content bytea NOT NULL,
  CONSTRAINT pk_import_files PRIMARY KEY (import_id, part),
  CONSTRAINT fk_import_files_import_id FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE
)
""",
    "DROP TABLE imported_names",
    """
CREATE TABLE imported_names (
  import_id uuid NOT NULL, name_key text NOT NULL, spelling text NOT NULL, business_id text NOT NULL,
  organisation_id uuid NOT NULL, list_kind text NOT NULL, list_on date NOT NULL, row_count integer NOT NULL,
  stated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_imported_names PRIMARY KEY (import_id, name_key, spelling, business_id),
  CONSTRAINT fk_imported_names_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisations(id)
    ON DELETE CASCADE
)
""",
    "CREATE INDEX ix_imported_names_organisation_id ON imported_names (organisation_id)",
    "CREATE INDEX ix_imported_names_name_key ON imported_names (name_key)",
)


def upgrade() -> None:
    """Make the tables and columns."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: what the imports have stated would be lost."""
    raise NotImplementedError("What imports have stated is not taken back. Restore a backup instead.")
