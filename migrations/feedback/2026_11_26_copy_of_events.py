"""Surveys go by a copy of the events, which follows the events service.

The surveys are emptied: their events are not in the copy, and nothing has been released.
Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "e41c7a90b52d"
down_revision: str | None = "c6a3974f6a9b"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    """CREATE TABLE known_events (
      id uuid NOT NULL, coordination_id uuid, type text, scope text, areas jsonb DEFAULT '[]' NOT NULL,
      themes jsonb DEFAULT '[]' NOT NULL, title jsonb DEFAULT '{}' NOT NULL, first_on date, last_on date,
      event_status text, publication_status text, call_ids jsonb DEFAULT '[]' NOT NULL, version integer NOT NULL,
      removed boolean DEFAULT false NOT NULL, copied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
      CONSTRAINT pk_known_events PRIMARY KEY (id)
    )""",
    "CREATE INDEX ix_known_events_coordination_id_last_on ON known_events (coordination_id, last_on, id)",
    "TRUNCATE surveys, survey_versions, releases, answers, tickets, ticket_batches",
    "ALTER TABLE surveys DROP COLUMN event_type, DROP COLUMN scope, DROP COLUMN coordination_id, DROP COLUMN held_on",
    "ALTER TABLE surveys ALTER COLUMN title DROP NOT NULL",
    "ALTER TABLE surveys ADD CONSTRAINT fk_surveys_event_id FOREIGN KEY (event_id) REFERENCES known_events (id)",
)


def upgrade() -> None:
    """Make the copy, and let surveys refer to it."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: the rows are gone."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
