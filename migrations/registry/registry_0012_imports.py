"""Imports: files, their rows as staged and judged, and whom the registers' names mean."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "registry_0012"
down_revision: str | None = "registry_0011"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("writes_all", sa.Boolean(), nullable=False),
        sa.Column("coordinations", postgresql.JSONB(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("rows_done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("warnings", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sums", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("analysed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_created_at_id"), "imports", ["created_at", "id"])
    op.create_table(
        "import_files",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_files_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_files")),
    )
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.Column("problems", postgresql.JSONB(), nullable=False),
        sa.Column("diff", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("fresh_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("beneficiary_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_rows")),
    )
    op.create_index(op.f("ix_import_rows_import_id_code"), "import_rows", ["import_id", "code"])
    op.create_index(op.f("ix_import_rows_import_id_verdict_line"), "import_rows", ["import_id", "verdict", "line"])
    op.create_table(
        "imported_names",
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_imported_names_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_imported_names_import_id")),
        sa.PrimaryKeyConstraint("name_key", name=op.f("pk_imported_names")),
    )
    op.create_index(op.f("ix_imported_names_organisation_id"), "imported_names", ["organisation_id"])
    op.create_index(op.f("ix_imported_names_import_id"), "imported_names", ["import_id"])
    # What an import changes: the differences that no person's edit stands against.
    op.execute("""
CREATE VIEW import_changes AS
SELECT r.import_id, r.line, r.project_id, d.field, d.after
FROM import_rows AS r CROSS JOIN LATERAL jsonb_to_recordset(r.diff) AS d(field text, after text, kept boolean)
WHERE r.verdict IN ('changed', 'conflict') AND NOT d.kept
""")
    # What each project was before a batch first changed it.
    op.execute("""
CREATE VIEW import_before AS
SELECT DISTINCT ON (v.batch_id, v.project_id) v.batch_id, v.project_id, b.facts
FROM project_revisions AS v
JOIN project_revisions AS b ON b.project_id = v.project_id AND b.version = v.version - 1
WHERE v.batch_id IS NOT NULL
ORDER BY v.batch_id, v.project_id, v.version
""")


def downgrade() -> None:
    op.execute("DROP VIEW import_before")
    op.execute("DROP VIEW import_changes")
    for table in ("imported_names", "import_rows", "import_files", "imports"):
        op.drop_table(table)
