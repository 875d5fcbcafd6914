"""One row stands for a person at an event, and heads are people besides the names, for each mode.

The tables are emptied: a headcount stood for all people of an event, so nobody knows who of them has a name here, and
nothing has been released. Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "b7d1c40f6a25"
down_revision: str | None = "7b1f0c92d4ae"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "TRUNCATE events, mails, feedback_invitations CASCADE",
    "ALTER TABLE events DROP COLUMN headcount, DROP COLUMN headcount_by_mode",
    "ALTER TABLE events ADD COLUMN heads_onsite integer, ADD COLUMN heads_online integer,"
    " ADD COLUMN heads_qualifier text, ADD COLUMN heads_by_kind jsonb,"
    " ADD COLUMN attended_onsite_count integer DEFAULT 0 NOT NULL,"
    " ADD COLUMN attended_online_count integer DEFAULT 0 NOT NULL",
    "ALTER TABLE events ADD CONSTRAINT ck_events_attended_by_mode CHECK (attended_onsite_count >= 0"
    " AND attended_online_count >= 0 AND attended_onsite_count + attended_online_count <= attended_count)",
    "ALTER TABLE events ADD CONSTRAINT ck_events_heads CHECK (heads_onsite >= 0 AND heads_online >= 0)",
    "ALTER TABLE events ADD CONSTRAINT ck_events_heads_recorded CHECK ("
    "heads_onsite IS NOT NULL OR heads_online IS NOT NULL OR (heads_qualifier IS NULL AND heads_by_kind IS NULL))",
    "ALTER TABLE events ADD CONSTRAINT ck_events_heads_qualifier"
    " CHECK (heads_qualifier IN ('exact', 'about', 'over'))",
    "ALTER TABLE registrations ADD COLUMN is_standing boolean DEFAULT true NOT NULL,"
    " ADD COLUMN attendance_set_aside text",
    "ALTER TABLE registrations ADD CONSTRAINT ck_registrations_standing"
    " CHECK (is_standing OR (state = 'cancelled' AND attendance = 'unknown'))",
    "ALTER TABLE registrations ADD CONSTRAINT ck_registrations_attendance_set_aside"
    " CHECK (attendance_set_aside IS NULL OR NOT is_standing)",
    "DROP INDEX uq_registrations_live_person",
    "CREATE UNIQUE INDEX uq_registrations_standing_person ON registrations (event_id, person_key) WHERE is_standing",
)


def upgrade() -> None:
    """Empty the tables and give them the new columns."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: the rows are gone."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
