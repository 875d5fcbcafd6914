"""The secrets of waiting mails stand in a table of their own, and registrations know who gave the address.

The mails that wait are given up: their secrets would leave the old table only with a rewriting of all mails.
Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "4b9e60d1a7f3"
down_revision: str | None = "c3f19a7e5b08"
branch_labels: str | None = None
depends_on: str | None = None

CHANGES = (
    "DELETE FROM mails WHERE link_secret IS NOT NULL",
    "ALTER TABLE mails DROP COLUMN link_secret",
    # Deleted rows leave the pages as early as autovacuum can, until the table is rewritten.
    """CREATE TABLE mail_secrets (
      mail_id uuid NOT NULL, secret text NOT NULL,
      CONSTRAINT pk_mail_secrets PRIMARY KEY (mail_id),
      CONSTRAINT fk_mail_secrets_mail_id_mails FOREIGN KEY (mail_id) REFERENCES mails (id)
    ) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)""",
    """CREATE TABLE mail_secret_deletions (
      id uuid DEFAULT gen_random_uuid() NOT NULL, CONSTRAINT pk_mail_secret_deletions PRIMARY KEY (id)
    )""",
    # Statistics would show single values.
    "ALTER TABLE mail_secrets ALTER COLUMN secret SET STATISTICS 0",
    "ALTER TABLE mails ALTER COLUMN to_address SET STATISTICS 0, ALTER COLUMN to_name SET STATISTICS 0,"
    " ALTER COLUMN reason SET STATISTICS 0",
    "CREATE INDEX ix_mails_invitations ON mails (event_id) WHERE (kind = 'feedback_invitation'::text)",
    "ALTER TABLE registrations ADD COLUMN entered_by text",
    "UPDATE registrations SET entered_by = CASE origin WHEN 'public' THEN 'person' ELSE 'organiser' END",
    "ALTER TABLE registrations ALTER COLUMN entered_by SET NOT NULL, ADD CONSTRAINT ck_registrations_entered_by"
    " CHECK (entered_by = ANY (ARRAY['person'::text, 'organiser'::text]))",
    "ALTER TABLE feedback_invitations ADD COLUMN told_people integer DEFAULT 0 NOT NULL,"
    " ADD COLUMN told_undeliverable integer DEFAULT 0 NOT NULL,"
    " ADD CONSTRAINT ck_feedback_invitations_told"
    " CHECK (told_people >= told_undeliverable AND told_undeliverable >= 0)",
)


def upgrade() -> None:
    """Make the tables and columns, and drop the secrets of before."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: waiting mails would lose their links."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
