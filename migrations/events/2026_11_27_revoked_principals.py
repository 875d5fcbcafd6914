"""The principals whose older tokens are refused.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "1f8c2d5e6a04"
down_revision: str | None = "4b9e60d1a7f3"
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
