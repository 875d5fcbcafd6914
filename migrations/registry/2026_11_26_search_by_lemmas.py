"""Search by lemmas: its documents are written by the service, and no trigger or generated column has words.

The documents are not carried over: the periodic task of search writes them anew.
"""

from alembic import op

revision: str = "b7c1d94e02a5"
down_revision: str | None = "c41d0e8a7b92"
branch_labels: str | None = None
depends_on: str | None = None

REMOVED = (
    *(
        f"DROP TRIGGER search_{event} ON {table}"
        for table in ("organisations", "projects")
        for event in ("delete", "insert", "update")
    ),
    *(f"DROP FUNCTION search_{verb}_{table}()" for table in ("organisations", "projects") for verb in ("forget", "keep")),
    'DROP FUNCTION search_stems(jsonb, "char")',
    "ALTER TABLE projects DROP COLUMN names, DROP COLUMN search",
    "DROP TABLE search_documents",
)

MADE = (
    """
CREATE TABLE search_documents (
  id uuid NOT NULL, noun text NOT NULL, kind text NOT NULL, state text, slug text, name jsonb NOT NULL,
  sort_key text COLLATE "C" NOT NULL, labels tsvector NOT NULL, related_ids uuid[] NOT NULL, words tsvector NOT NULL,
  index_version smallint NOT NULL, indexed_at timestamptz DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_search_documents PRIMARY KEY (id)
)
""",
    "CREATE INDEX ix_search_documents_words ON search_documents USING gin (words)",
    "CREATE INDEX ix_search_documents_related_ids ON search_documents USING gin (related_ids)",
    """
CREATE TABLE search_words (
  id bigint GENERATED ALWAYS AS IDENTITY, word text NOT NULL, plain text NOT NULL,
  CONSTRAINT pk_search_words PRIMARY KEY (id)
)
""",
    "CREATE INDEX ix_search_words_word ON search_words (word)",
    "CREATE INDEX ix_search_words_plain ON search_words USING gin (plain public.gin_trgm_ops)",
)


def upgrade() -> None:
    """Remove the triggers, the generated columns and the old documents, and make the new tables."""
    for statement in (*REMOVED, *MADE):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: the documents of before are made by triggers that are gone."""
    raise NotImplementedError("This revision is not taken back. Restore a backup from before it.")
