"""Answers are sealed, tickets keep their state until the release, and releases hold counts.

The tables are dropped or emptied: what they hold was never sealed, no survey has keys, and nothing has been released.
Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "5e1f0b7c94d8"
down_revision: str | None = "5b80d2e6c41f"
branch_labels: str | None = None
depends_on: str | None = None

# Deleted rows leave the tables' pages as early as autovacuum can; statistics would show single values.
VACUUMED = "autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0"

CHANGES = (
    "DROP TABLE answers, tickets, ticket_batches",
    "TRUNCATE surveys, survey_versions, releases",
    """CREATE TABLE survey_keys (
      id uuid NOT NULL, public_key bytea NOT NULL, survey_id uuid,
      CONSTRAINT pk_survey_keys PRIMARY KEY (id),
      CONSTRAINT uq_survey_keys_survey_id UNIQUE (survey_id),
      CONSTRAINT fk_survey_keys_survey_id FOREIGN KEY (survey_id) REFERENCES surveys (id)
    )""",
    """CREATE TABLE key_folder (
      is_only boolean DEFAULT true NOT NULL, id uuid NOT NULL,
      CONSTRAINT pk_key_folder PRIMARY KEY (is_only), CONSTRAINT ck_key_folder_is_only CHECK (is_only)
    )""",
    f"""CREATE TABLE answers (
      id uuid NOT NULL, survey_id uuid NOT NULL, sealed bytea NOT NULL, CONSTRAINT pk_answers PRIMARY KEY (id)
    ) WITH ({VACUUMED}, toast.autovacuum_vacuum_threshold = 0, toast.autovacuum_vacuum_scale_factor = 0)""",
    # A sealed answer cannot be compressed.
    "ALTER TABLE answers ALTER COLUMN sealed SET STORAGE EXTERNAL, ALTER COLUMN sealed SET STATISTICS 0",
    "CREATE INDEX ix_answers_survey_id ON answers (survey_id)",
    f"""CREATE TABLE tickets (
      hash bytea NOT NULL, survey_id uuid NOT NULL, entered_by_organiser boolean NOT NULL,
      is_spent boolean DEFAULT false NOT NULL, CONSTRAINT pk_tickets PRIMARY KEY (hash)
    ) WITH ({VACUUMED})""",
    "ALTER TABLE tickets ALTER COLUMN hash SET STATISTICS 0",
    "CREATE INDEX ix_tickets_survey_id ON tickets (survey_id)",
    """CREATE TABLE texts (
      id uuid NOT NULL, survey_id uuid NOT NULL, question_id text NOT NULL, words text NOT NULL,
      CONSTRAINT pk_texts PRIMARY KEY (id),
      CONSTRAINT fk_texts_survey_id FOREIGN KEY (survey_id) REFERENCES surveys (id)
    )""",
    "ALTER TABLE texts ALTER COLUMN words SET STATISTICS 0",
    "CREATE INDEX ix_texts_survey_id_question_id ON texts (survey_id, question_id)",
    "ALTER TABLE surveys DROP CONSTRAINT ck_surveys_counts",
    "ALTER TABLE surveys DROP COLUMN answer_count, ADD COLUMN undeliverable_count integer DEFAULT 0 NOT NULL,"
    " ADD COLUMN close_requested_at timestamp with time zone, ADD COLUMN answer_size integer NOT NULL",
    "ALTER TABLE surveys ADD CONSTRAINT ck_surveys_counts CHECK (invited_count >= 0 AND undeliverable_count >= 0)",
    "CREATE INDEX ix_surveys_close_requested_at ON surveys (close_requested_at) WHERE (state <> 'closed'::text)",
    "ALTER TABLE releases DROP COLUMN overall_mean, DROP COLUMN nps, ALTER COLUMN engine DROP NOT NULL",
    "ALTER TABLE releases ADD COLUMN state text NOT NULL, ADD COLUMN answers_lost integer,"
    " ADD COLUMN undeliverable integer NOT NULL, ADD COLUMN overall_sum numeric, ADD COLUMN overall_bound text,"
    " ADD COLUMN nps_net numeric, ADD COLUMN nps_bound text",
    "ALTER TABLE releases ADD CONSTRAINT ck_releases_state"
    " CHECK (state = ANY (ARRAY['released'::text, 'hidden'::text, 'answers_lost'::text]))",
    "ALTER TABLE releases ADD CONSTRAINT ck_releases_answers_lost"
    " CHECK ((state = 'answers_lost'::text) = (answers_lost IS NOT NULL))",
    "ALTER TABLE releases ADD CONSTRAINT ck_releases_bounds CHECK ("
    "overall_bound = ANY (ARRAY['exact'::text, 'at_least'::text, 'at_most'::text])"
    " AND nps_bound = ANY (ARRAY['exact'::text, 'at_least'::text, 'at_most'::text]))",
)


def upgrade() -> None:
    """Make the tables of sealed answers and empty the others."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: the rows are gone."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
