"""All tables of events: coordinations, events, registrations, attendance and mails.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from pathlib import Path

from alembic import op

revision: str = "5169e892b136"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

SCHEMA = r"""
CREATE TABLE coordinations (
  id uuid NOT NULL, slug text NOT NULL, name jsonb NOT NULL, version integer NOT NULL,
  CONSTRAINT pk_coordinations PRIMARY KEY (id)
);

CREATE TABLE event_organisation_counts (
  event_id uuid NOT NULL, organisation_key text NOT NULL, registered integer DEFAULT 0 NOT NULL,
  attended integer DEFAULT 0 NOT NULL,
  CONSTRAINT ck_event_organisation_counts_attended CHECK ((attended >= 0)),
  CONSTRAINT ck_event_organisation_counts_registered CHECK ((registered >= 0)),
  CONSTRAINT pk_event_organisation_counts PRIMARY KEY (event_id, organisation_key)
);

CREATE TABLE events (
  id uuid NOT NULL, slug text NOT NULL, coordination_id uuid NOT NULL, type text NOT NULL, title jsonb NOT NULL,
  sort_title text NOT NULL, description jsonb, publication_status text DEFAULT 'draft'::text NOT NULL,
  event_status text DEFAULT 'scheduled'::text NOT NULL, cancel_reason jsonb, marked_as text, scope text NOT NULL,
  areas jsonb DEFAULT '[]'::jsonb NOT NULL, themes jsonb DEFAULT '[]'::jsonb NOT NULL,
  languages jsonb DEFAULT '[]'::jsonb NOT NULL, call_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
  project_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL, practice_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
  mode text NOT NULL, venue jsonb, address text, join_url text, starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL, time_zone text NOT NULL, previous_starts_at timestamp with time zone,
  registration_required boolean DEFAULT true NOT NULL, registration_opens_at timestamp with time zone,
  registration_closes_at timestamp with time zone, cancel_until_at timestamp with time zone, capacity integer,
  waiting_list text DEFAULT 'off'::text NOT NULL, waiting_capacity integer,
  wants_feedback boolean DEFAULT true NOT NULL, ical_uid text NOT NULL, ical_sequence integer DEFAULT 0 NOT NULL,
  confirmed_count integer DEFAULT 0 NOT NULL, waiting_count integer DEFAULT 0 NOT NULL,
  cancelled_count integer DEFAULT 0 NOT NULL, attended_count integer DEFAULT 0 NOT NULL, headcount integer,
  headcount_by_mode jsonb, queue_tail integer DEFAULT 0 NOT NULL, published_at timestamp with time zone,
  cancelled_at timestamp with time zone, created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, version integer DEFAULT 1 NOT NULL,
  CONSTRAINT ck_events_attended_count CHECK ((attended_count >= 0)),
  CONSTRAINT ck_events_cancelled_count CHECK ((cancelled_count >= 0)),
  CONSTRAINT ck_events_capacity CHECK (((capacity IS NULL) OR ((capacity >= 0) AND (capacity <= 100000)))),
  CONSTRAINT ck_events_confirmed_count CHECK ((confirmed_count >= 0)),
  CONSTRAINT ck_events_ends_after_start CHECK ((ends_at > starts_at)),
  CONSTRAINT ck_events_headcount CHECK ((headcount >= 0)),
  CONSTRAINT ck_events_queue_tail CHECK ((queue_tail >= waiting_count)),
  CONSTRAINT ck_events_waiting_count CHECK ((waiting_count >= 0)),
  CONSTRAINT pk_events PRIMARY KEY (id),
  CONSTRAINT uq_events_ical_uid UNIQUE (ical_uid),
  CONSTRAINT uq_events_slug UNIQUE (slug)
);

CREATE TABLE feedback_invitations (
  event_id uuid NOT NULL, survey_id uuid, ticket_count integer DEFAULT 0 NOT NULL, invited_at timestamp with time zone,
  due_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, rounds integer DEFAULT 0 NOT NULL,
  attempts integer DEFAULT 0 NOT NULL, state text DEFAULT 'queued'::text NOT NULL, last_error text,
  CONSTRAINT ck_feedback_invitations_rounds CHECK (((invited_at IS NULL) = (rounds = 0))),
  CONSTRAINT ck_feedback_invitations_state CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'parked'::text]))),
  CONSTRAINT ck_feedback_invitations_survey CHECK (((survey_id IS NULL) = (rounds = 0))),
  CONSTRAINT ck_feedback_invitations_ticket_count CHECK ((ticket_count >= 0)),
  CONSTRAINT pk_feedback_invitations PRIMARY KEY (event_id)
);

CREATE TABLE idempotency_answers (
  scope bytea NOT NULL, fingerprint bytea NOT NULL, status integer NOT NULL, headers jsonb NOT NULL,
  body bytea NOT NULL, stored_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT idempotency_answers_pkey PRIMARY KEY (scope)
);

CREATE TABLE inbox (
  message_id uuid NOT NULL, received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (message_id)
);

CREATE TABLE mailbox_messages (
  id uuid NOT NULL, kind text NOT NULL, to_address text NOT NULL, subject text NOT NULL, raw bytea NOT NULL,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_mailbox_messages PRIMARY KEY (id)
);

CREATE TABLE mails (
  id uuid NOT NULL, kind text NOT NULL, registration_id uuid, event_id uuid NOT NULL, dedupe_key text NOT NULL,
  to_address text, to_name text, language text NOT NULL, sequence integer NOT NULL, link_secret text, survey_id uuid,
  state text DEFAULT 'queued'::text NOT NULL, attempts integer DEFAULT 0 NOT NULL, last_error text,
  queued_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  due_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, sent_at timestamp with time zone,
  CONSTRAINT ck_mails_state CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'parked'::text]))),
  CONSTRAINT pk_mails PRIMARY KEY (id),
  CONSTRAINT uq_mails_dedupe_key UNIQUE (dedupe_key)
);

CREATE TABLE outbox (
  id uuid NOT NULL, "position" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, kind text NOT NULL,
  subject uuid NOT NULL, data jsonb NOT NULL, occurred_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  attempts integer DEFAULT 0 NOT NULL, due_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  sent_at timestamp with time zone, last_error text, state text DEFAULT 'queued'::text NOT NULL,
  CONSTRAINT ck_outbox_state CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'parked'::text]))),
  CONSTRAINT outbox_pkey PRIMARY KEY (id),
  CONSTRAINT uq_outbox_position UNIQUE ("position")
);

CREATE TABLE registration_links (
  token_hash bytea NOT NULL, registration_id uuid NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_registration_links PRIMARY KEY (token_hash)
);

CREATE TABLE registrations (
  id uuid NOT NULL, event_id uuid NOT NULL, state text NOT NULL, name text NOT NULL, email text,
  person_key bytea NOT NULL, organisation text, organisation_key text, language text NOT NULL, mode text,
  origin text NOT NULL, force_reason text, queue_position integer, cancelled_by text,
  ical_sequence integer DEFAULT 0 NOT NULL, attendance text DEFAULT 'unknown'::text NOT NULL,
  attendance_marked_at timestamp with time zone, consented_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, confirmed_at timestamp with time zone,
  cancelled_at timestamp with time zone, version integer DEFAULT 1 NOT NULL,
  CONSTRAINT ck_registrations_attendance CHECK ((attendance = ANY (ARRAY['unknown'::text, 'attended'::text, 'partially_attended'::text, 'no_show'::text, 'excused'::text]))),
  CONSTRAINT ck_registrations_cancelled_by CHECK (((state = 'cancelled'::text) = (cancelled_by IS NOT NULL))),
  CONSTRAINT ck_registrations_email CHECK (((email IS NOT NULL) OR (origin = 'walk_in'::text))),
  CONSTRAINT ck_registrations_queue_position CHECK (((state <> 'waitlisted'::text) OR (queue_position IS NOT NULL))),
  CONSTRAINT ck_registrations_state CHECK ((state = ANY (ARRAY['confirmed'::text, 'waitlisted'::text, 'cancelled'::text]))),
  CONSTRAINT pk_registrations PRIMARY KEY (id)
);

CREATE INDEX ix_coordinations_slug ON coordinations (slug);
CREATE INDEX ix_events_coordination_id_ends_at ON events (coordination_id, ends_at);
CREATE INDEX ix_events_sort_title_id ON events (sort_title, id);
CREATE INDEX ix_events_starts_at_id ON events (starts_at, id);
CREATE INDEX ix_feedback_invitations_waiting ON feedback_invitations (due_at, event_id) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));
CREATE INDEX ix_idempotency_answers_stored_at ON idempotency_answers (stored_at);
CREATE INDEX ix_mails_order ON mails (event_id, to_address) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));
CREATE INDEX ix_mails_registration_id ON mails (registration_id);
CREATE INDEX ix_mails_waiting ON mails (due_at) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));
CREATE INDEX ix_outbox_waiting ON outbox (due_at, "position") WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));
CREATE INDEX ix_registration_links_registration_id ON registration_links (registration_id);
CREATE INDEX ix_registrations_cancelled_person ON registrations (event_id, person_key) WHERE (state = 'cancelled'::text);
CREATE INDEX ix_registrations_event_id_created_at_id ON registrations (event_id, created_at, id);
CREATE INDEX ix_registrations_present ON registrations (event_id) WHERE (attendance = ANY (ARRAY['attended'::text, 'partially_attended'::text]));
CREATE UNIQUE INDEX uq_registrations_live_person ON registrations (event_id, person_key) WHERE (state = ANY (ARRAY['confirmed'::text, 'waitlisted'::text]));
CREATE UNIQUE INDEX uq_registrations_queue ON registrations (event_id, queue_position) WHERE (state = 'waitlisted'::text);

ALTER TABLE event_organisation_counts ADD CONSTRAINT fk_event_organisation_counts_event_id FOREIGN KEY (event_id) REFERENCES events(id);
ALTER TABLE registration_links ADD CONSTRAINT fk_registration_links_registration_id FOREIGN KEY (registration_id) REFERENCES registrations(id) ON DELETE CASCADE;
ALTER TABLE registrations ADD CONSTRAINT fk_registrations_event_id FOREIGN KEY (event_id) REFERENCES events(id);
"""

# What the installer of pgqueuer 1.6.0 writes. A test compares the file with the library that is installed.
QUEUE_INSTALLER = Path(__file__).parents[1] / "pgqueuer_1_6_0.sql"


def upgrade() -> None:
    """Make all tables of the service, and those of its job queue."""
    # Functions stand before the tables that they name. This first statement also begins the transaction.
    op.execute("SET LOCAL check_function_bodies = off")
    _run(SCHEMA)
    _run(QUEUE_INSTALLER.read_text(encoding="utf-8").replace("the_service", "events"))


def downgrade() -> None:
    """Refuse: what this revision makes is all there is."""
    raise NotImplementedError("The first revision is not taken back. Drop the schema and begin anew.")


def _run(statements: str) -> None:
    # Only the driver's simple protocol takes several statements in one text.
    op.get_bind().connection.dbapi_connection.run_async(lambda connection: connection.execute(statements))
