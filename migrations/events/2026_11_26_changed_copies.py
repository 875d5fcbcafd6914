"""Copies know when a fact last changed, so that a further version without a changed fact is followed by nothing.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "c3f19a7e5b08"
down_revision: str | None = "7d0c5be4a1f9"
branch_labels: str | None = None
depends_on: str | None = None

_COPIES = ("coordinations", "organisation_copies", "decided_spellings", "implementers")
_STEPS = (
    "ALTER TABLE {copy} ADD COLUMN changed_at timestamp with time zone",
    "UPDATE {copy} SET changed_at = copied_at",
    "ALTER TABLE {copy} ALTER COLUMN changed_at SET DEFAULT clock_timestamp()",
    "ALTER TABLE {copy} ALTER COLUMN changed_at SET NOT NULL",
)
CHANGES = (
    *(step.format(copy=copy) for copy in _COPIES for step in _STEPS),
    "ALTER TABLE followed_copies RENAME COLUMN copied_at TO changed_at",
)


def upgrade() -> None:
    """Add the instant to each copy, as if the last writing had changed a fact."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: what was followed would be due again."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
