"""Registrations are joined to organisations of the registry, of which the service keeps copies.

The tables of registrations are emptied: their counts go by other keys, and nothing has been released.
Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from alembic import op

revision: str = "7d0c5be4a1f9"
down_revision: str | None = "7d2b41c09e5a"
branch_labels: str | None = None
depends_on: str | None = None

_COPIED = """
    version integer NOT NULL,
    removed boolean DEFAULT false NOT NULL,
    copied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
"""
_FOUND_BY = ("organisation_key", "mail_domain", "chosen_organisation_id", "project_id")
CHANGES = (
    f"""CREATE TABLE organisation_copies (
    id uuid NOT NULL,
    kind text,
    name jsonb DEFAULT '{{}}' NOT NULL,
    abbreviations jsonb DEFAULT '[]' NOT NULL,
    mail_domains jsonb DEFAULT '[]' NOT NULL,
    areas jsonb DEFAULT '[]' NOT NULL,
    merged_into uuid,{_COPIED}    CONSTRAINT pk_organisation_copies PRIMARY KEY (id))""",
    "CREATE INDEX ix_organisation_copies_merged_into ON organisation_copies (merged_into)",
    f"""CREATE TABLE decided_spellings (
    id uuid NOT NULL,
    coordination_id uuid,
    key text,
    organisation_id uuid,{_COPIED}    CONSTRAINT pk_decided_spellings PRIMARY KEY (id))""",
    "CREATE INDEX ix_decided_spellings_key ON decided_spellings (key)",
    "CREATE INDEX ix_decided_spellings_organisation_id ON decided_spellings (organisation_id)",
    f"""CREATE TABLE implementers (
    id uuid NOT NULL,
    organisation_id uuid,{_COPIED}    CONSTRAINT pk_implementers PRIMARY KEY (id))""",
    "CREATE INDEX ix_implementers_organisation_id ON implementers (organisation_id)",
    """CREATE TABLE organisation_keys (
    organisation_id uuid NOT NULL,
    key text NOT NULL,
    is_current boolean DEFAULT true NOT NULL,
    CONSTRAINT pk_organisation_keys PRIMARY KEY (organisation_id, key),
    CONSTRAINT fk_organisation_keys_organisation_id_organisation_copies
        FOREIGN KEY (organisation_id) REFERENCES organisation_copies (id))""",
    "CREATE INDEX ix_organisation_keys_key ON organisation_keys (key)",
    "CREATE INDEX ix_organisation_keys_trigrams ON organisation_keys USING gin (key gin_trgm_ops)",
    """CREATE TABLE organisation_successors (
    organisation_id uuid NOT NULL,
    successor_id uuid NOT NULL,
    CONSTRAINT pk_organisation_successors PRIMARY KEY (organisation_id),
    CONSTRAINT fk_organisation_successors_organisation_id_organisation_copies
        FOREIGN KEY (organisation_id) REFERENCES organisation_copies (id))""",
    "CREATE INDEX ix_organisation_successors_successor_id ON organisation_successors (successor_id)",
    """CREATE TABLE followed_copies (
    copy text NOT NULL,
    id uuid NOT NULL,
    copied_at timestamp with time zone NOT NULL,
    is_recounted boolean DEFAULT false NOT NULL,
    CONSTRAINT pk_followed_copies PRIMARY KEY (copy, id))""",
    "CREATE INDEX ix_followed_copies_due ON followed_copies (copy, id) WHERE NOT is_recounted",
    "TRUNCATE events, mails, feedback_invitations CASCADE",
    "ALTER TABLE registrations ADD COLUMN mail_domain text GENERATED ALWAYS AS (lower(split_part(email, '@', 2))) STORED",
    "ALTER TABLE registrations ADD COLUMN chosen_organisation_id uuid",
    "ALTER TABLE registrations ADD COLUMN project_id uuid",
    "ALTER TABLE registrations ADD COLUMN organisation_id uuid",
    "ALTER TABLE registrations ADD COLUMN organisation_kind text",
    *(f"CREATE INDEX ix_registrations_{name} ON registrations ({name}) WHERE {name} IS NOT NULL" for name in _FOUND_BY),
    "DROP TABLE event_organisation_counts",
    """CREATE TABLE event_organisation_counts (
    event_id uuid NOT NULL,
    organisation_id uuid,
    organisation_key text,
    registered integer DEFAULT 0 NOT NULL,
    attended integer DEFAULT 0 NOT NULL,
    CONSTRAINT uq_event_organisation_counts UNIQUE NULLS NOT DISTINCT (event_id, organisation_id, organisation_key),
    CONSTRAINT ck_event_organisation_counts_subject CHECK (num_nonnulls(organisation_id, organisation_key) = 1),
    CONSTRAINT ck_event_organisation_counts_registered CHECK (registered >= 0),
    CONSTRAINT ck_event_organisation_counts_attended CHECK (attended >= 0),
    CONSTRAINT fk_event_organisation_counts_event_id_events FOREIGN KEY (event_id) REFERENCES events (id))""",
)


def upgrade() -> None:
    """Make the copies and join registrations by them."""
    for change in CHANGES:
        op.execute(change)


def downgrade() -> None:
    """Refuse: the rows are gone."""
    raise NotImplementedError("This revision is not taken back. Drop the schema and begin anew.")
