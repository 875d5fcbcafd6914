"""Deadlines before the start, the past facts from which mails say what is new, and why a registration was cancelled.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "7c1d0e6b92af"
down_revision: str | None = "8d1f6c07b9e4"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "ALTER TABLE events ADD COLUMN registration_closes_before_seconds integer",
    "ALTER TABLE events ADD COLUMN cancel_until_before_seconds integer",
    "ALTER TABLE events ADD COLUMN promotes_until_before_seconds integer",
    "ALTER TABLE events ADD COLUMN facts_revision integer DEFAULT 0 NOT NULL",
    "ALTER TABLE events ADD COLUMN news_due_at timestamp with time zone",
    "ALTER TABLE events ADD CONSTRAINT ck_events_closes_once"
    " CHECK (registration_closes_at IS NULL OR registration_closes_before_seconds IS NULL)",
    "ALTER TABLE events ADD CONSTRAINT ck_events_cancel_until_once"
    " CHECK (cancel_until_at IS NULL OR cancel_until_before_seconds IS NULL)",
    "ALTER TABLE events ADD CONSTRAINT ck_events_registration_closes_before_seconds"
    " CHECK (registration_closes_before_seconds >= 0)",
    "ALTER TABLE events ADD CONSTRAINT ck_events_cancel_until_before_seconds CHECK (cancel_until_before_seconds >= 0)",
    "ALTER TABLE events ADD CONSTRAINT ck_events_promotes_until_before_seconds"
    " CHECK (promotes_until_before_seconds >= 0)",
    "CREATE INDEX ix_events_news_due_at ON events (news_due_at) WHERE news_due_at IS NOT NULL",
    "CREATE TABLE past_event_facts ("
    " event_id uuid NOT NULL, revision integer NOT NULL, facts jsonb NOT NULL,"
    " replaced_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,"
    " CONSTRAINT pk_past_event_facts PRIMARY KEY (event_id, revision),"
    " CONSTRAINT fk_past_event_facts_event_id_events FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE CASCADE)",
    "ALTER TABLE mails ADD COLUMN reason text",
    "ALTER TABLE mails ADD COLUMN before_revision integer",
    "ALTER TABLE mails ADD COLUMN shown_revision integer",
    "ALTER TABLE registrations ADD COLUMN cancel_reason text",
)


def upgrade() -> None:
    """Add the columns and the table of past facts."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: what people were told would be forgotten."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
