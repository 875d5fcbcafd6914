"""Events have target groups and an outcome, and a major-region event is regional.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "7d2b41c09e5a"
down_revision: str | None = "7c1d0e6b92af"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "ALTER TABLE events ADD COLUMN target_groups jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE events ADD COLUMN outcome_marked_at timestamptz",
    "UPDATE events SET scope = 'regional', version = version + 1"
    " WHERE type = 'major_region_event' AND scope <> 'regional'",
    "ALTER TABLE events ADD CONSTRAINT ck_events_regional CHECK (type <> 'major_region_event' OR scope = 'regional')",
    """
    CREATE TABLE event_outcome_themes (
        event_id uuid NOT NULL,
        theme text NOT NULL,
        weight text NOT NULL,
        note jsonb,
        CONSTRAINT pk_event_outcome_themes PRIMARY KEY (event_id, theme),
        CONSTRAINT fk_event_outcome_themes_event_id_events
            FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE CASCADE,
        CONSTRAINT ck_event_outcome_themes_weight CHECK (weight IN ('main', 'touched'))
    )
    """,
)


def upgrade() -> None:
    """Add the columns and the table, and mend the scope of major-region events."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: the outcomes would be lost."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
