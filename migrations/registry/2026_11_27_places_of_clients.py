"""Machine clients belong to the places of their grants; a name is taken among clients with the same places alone.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own. No release holds
clients: their places are not derived here.
"""

from alembic import op

revision: str = "7e02d9f4c1ab"
down_revision: str | None = "c5a71e0d9b26"
branch_labels: str | None = None
depends_on: str | None = None

STATEMENTS = (
    "DELETE FROM partner_clients",
    "ALTER TABLE partner_clients ADD COLUMN places text[] NOT NULL",
    "ALTER TABLE partner_clients DROP CONSTRAINT uq_partner_clients_name",
    "ALTER TABLE partner_clients ADD CONSTRAINT uq_partner_clients_name_places UNIQUE (name, places)",
)


def upgrade() -> None:
    """Add the places and replace the unique name."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: clients of two places may have one name."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
