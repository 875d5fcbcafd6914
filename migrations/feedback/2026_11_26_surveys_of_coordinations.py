"""A survey belongs to the coordination that its event had when it was made.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "a93d5c1e7f20"
down_revision: str | None = "7b02c9d4e6f1"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "ALTER TABLE surveys ADD COLUMN coordination_id uuid",
    "UPDATE surveys SET coordination_id = known_events.coordination_id"
    " FROM known_events WHERE known_events.id = surveys.event_id",
    "ALTER TABLE surveys ALTER COLUMN coordination_id SET NOT NULL",
    "ALTER TABLE surveys DROP CONSTRAINT uq_surveys_event_id_template",
    "ALTER TABLE surveys ADD CONSTRAINT uq_surveys_event_id_coordination_id_template"
    " UNIQUE (event_id, coordination_id, template)",
    "CREATE INDEX ix_surveys_coordination_id ON surveys (coordination_id)",
)


def upgrade() -> None:
    """Add the column and make it part of what is unique."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: two coordinations may have a survey of the same event."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
