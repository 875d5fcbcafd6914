"""Each registration has the UID of its person's calendar entry; a mail holds the registration's part of the SEQUENCE.

The registrations and mails are emptied: their calendar entries have the UID of the event, and nothing has been released.
Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "8d1f6c07b9e4"
down_revision: str | None = "d4a1c06be715"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "TRUNCATE events, mails, feedback_invitations CASCADE",
    "ALTER TABLE registrations ADD COLUMN ical_uid text NOT NULL",
    "ALTER TABLE registrations ADD CONSTRAINT uq_registrations_ical_uid UNIQUE (ical_uid)",
    "ALTER TABLE mails DROP COLUMN sequence",
    "ALTER TABLE mails ADD COLUMN is_invited boolean NOT NULL",
    "ALTER TABLE mails ADD COLUMN ical_uid text NOT NULL",
    "ALTER TABLE mails ADD COLUMN ical_sequence integer NOT NULL",
)


def upgrade() -> None:
    """Empty the tables, and give each registration a UID of its own."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: the rows are gone."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
