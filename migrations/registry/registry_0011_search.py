"""Search: documents kept by triggers on projects and organisations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0011"
down_revision: str | None = "registry_0010"
branch_labels: str | None = None
depends_on: str | None = None

# All names of a localized text, in one line.
_ALL_NAMES = """
CREATE FUNCTION search_names(name jsonb) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg(value, ' ' ORDER BY key) FROM jsonb_each_text(name));
"""

# The stems of a localized text in the three languages of the house, with one weight.
_STEMS = """
CREATE FUNCTION search_stems(texts jsonb, weight "char") RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(
  to_tsvector('finnish'::regconfig, coalesce(texts ->> 'fi', ''))
  || to_tsvector('swedish'::regconfig, coalesce(texts ->> 'sv', ''))
  || to_tsvector('english'::regconfig, coalesce(texts ->> 'en', '')), weight);
"""

_DOCUMENT = """
INSERT INTO search_documents AS known (id, noun, kind, state, slug, name, sort_name, plain, words)
SELECT {columns}, lower(unaccent(search_names(changed.name))),
       search_stems(changed.name, 'A')
       || setweight(to_tsvector('simple'::regconfig, search_names(changed.name)), 'A') {more}
FROM {source} AS changed
ON CONFLICT (id) DO UPDATE SET
  kind = excluded.kind, state = excluded.state, slug = excluded.slug, name = excluded.name,
  sort_name = excluded.sort_name, plain = excluded.plain, words = excluded.words, indexed_at = clock_timestamp()
WHERE (known.kind, known.state, known.slug, known.name, known.words)
  IS DISTINCT FROM (excluded.kind, excluded.state, excluded.slug, excluded.name, excluded.words)
"""

_NOUNS = {
    "projects": (
        "changed.id, 'project', changed.kind, changed.state, changed.slug, changed.name, changed.sort_name",
        " || search_stems(changed.summary, 'B') || search_stems(changed.goals, 'C')"
        " || search_stems(changed.background, 'D')",
    ),
    "organisations": (
        "changed.id, 'organisation', changed.kind, NULL, NULL, changed.name, changed.sort_name",
        " || setweight(to_tsvector('simple'::regconfig, coalesce(changed.business_id, '')), 'A')",
    ),
}


def _install(table: str) -> None:
    columns, more = _NOUNS[table]
    document = _DOCUMENT.format(columns=columns, more=more, source="changed_rows")
    # One statement per statement, not per row: an import of thousands indexes them at once.
    op.execute(f"""
CREATE FUNCTION search_keep_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {document};
  RETURN NULL;
END $$;
""")
    op.execute(f"""
CREATE FUNCTION search_forget_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM search_documents WHERE id IN (SELECT id FROM gone_rows);
  RETURN NULL;
END $$;
""")
    for event in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER search_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS changed_rows "
            f"FOR EACH STATEMENT EXECUTE FUNCTION search_keep_{table}()"
        )
    op.execute(
        f"CREATE TRIGGER search_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone_rows "
        f"FOR EACH STATEMENT EXECUTE FUNCTION search_forget_{table}()"
    )
    op.execute(_DOCUMENT.format(columns=columns, more=more, source=table))


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("name", postgresql.JSONB(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column(
            "indexed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")),
    )
    op.create_index("ix_search_documents_words", "search_documents", ["words"], postgresql_using="gin")
    op.create_index(
        "ix_search_documents_plain",
        "search_documents",
        ["plain"],
        postgresql_using="gin",
        postgresql_ops={"plain": "gin_trgm_ops"},
    )
    op.execute(_ALL_NAMES)
    op.execute(_STEMS)
    for table in _NOUNS:
        _install(table)


def downgrade() -> None:
    for table in _NOUNS:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER search_{event} ON {table}")
        op.execute(f"DROP FUNCTION search_keep_{table}()")
        op.execute(f"DROP FUNCTION search_forget_{table}()")
    op.drop_table("search_documents")
    op.execute('DROP FUNCTION search_stems(jsonb, "char")')
    op.execute("DROP FUNCTION search_names(jsonb)")
