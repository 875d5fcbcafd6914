"""Organisations have abbreviations, mail domains and areas, and one may answer in the place of another.

Frozen: it imports nothing of ours and is never edited.
"""

from alembic import op

revision: str = "5c2e7a91d0f4"
down_revision: str | None = "b7c1d94e02a5"
branch_labels: str | None = None
depends_on: str | None = None

STATEMENTS = (
    "ALTER TABLE organisations ADD COLUMN abbreviations jsonb DEFAULT '[]'::jsonb NOT NULL",
    "ALTER TABLE organisations ADD COLUMN mail_domains jsonb DEFAULT '[]'::jsonb NOT NULL",
    "ALTER TABLE organisations ADD COLUMN areas jsonb DEFAULT '[]'::jsonb NOT NULL",
    "ALTER TABLE organisations ADD COLUMN merged_into uuid",
    """
ALTER TABLE organisations ADD CONSTRAINT fk_organisations_merged_into
  FOREIGN KEY (merged_into) REFERENCES organisations(id)
""",
    "CREATE INDEX ix_organisations_merged_into ON organisations (merged_into)",
)


def upgrade() -> None:
    """Add the facts of organisations."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    names = ("abbreviations", "mail_domains", "areas", "merged_into")
    op.execute("ALTER TABLE organisations " + ", ".join(f"DROP COLUMN {name}" for name in names))
