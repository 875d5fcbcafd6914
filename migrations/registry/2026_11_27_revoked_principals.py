"""The principals whose older tokens are refused.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "c5a71e0d9b26"
down_revision: str | None = "a4d90c6e17b8"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make the table."""
    op.execute(
        "CREATE TABLE revoked_principals ("
        " subject text NOT NULL, since timestamp with time zone NOT NULL,"
        " received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,"
        " CONSTRAINT pk_revoked_principals PRIMARY KEY (subject))"
    )


def downgrade() -> None:
    """Refuse: revoked tokens would be valid again."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
