"""All tables of the registry: organisations, projects, code lists, partners, search and imports.

Frozen: it imports nothing of ours and is never edited. A later change is a revision of its own.
"""

from pathlib import Path

from alembic import op

revision: str = "61f2aee7ff7b"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

SCHEMA = r"""
CREATE FUNCTION search_forget_organisations() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  DELETE FROM search_documents WHERE id IN (SELECT id FROM gone_rows);
  RETURN NULL;
END $$;

CREATE FUNCTION search_forget_projects() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  DELETE FROM search_documents WHERE id IN (SELECT id FROM gone_rows);
  RETURN NULL;
END $$;

CREATE FUNCTION search_keep_organisations() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  
INSERT INTO search_documents AS known (id, noun, kind, state, slug, name, sort_name, plain, words)
SELECT changed.id, 'organisation', changed.kind, NULL, NULL, changed.name, changed.sort_name, lower(unaccent(search_names(changed.name))),
       search_stems(changed.name, 'A')
       || setweight(to_tsvector('simple'::regconfig, search_names(changed.name)), 'A')  || setweight(to_tsvector('simple'::regconfig, coalesce(changed.business_id, '')), 'A')
FROM changed_rows AS changed
ON CONFLICT (id) DO UPDATE SET
  kind = excluded.kind, state = excluded.state, slug = excluded.slug, name = excluded.name,
  sort_name = excluded.sort_name, plain = excluded.plain, words = excluded.words, indexed_at = clock_timestamp()
WHERE (known.kind, known.state, known.slug, known.name, known.words)
  IS DISTINCT FROM (excluded.kind, excluded.state, excluded.slug, excluded.name, excluded.words)
;
  RETURN NULL;
END $$;

CREATE FUNCTION search_keep_projects() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  
INSERT INTO search_documents AS known (id, noun, kind, state, slug, name, sort_name, plain, words)
SELECT changed.id, 'project', changed.kind, changed.state, changed.slug, changed.name, changed.sort_name, lower(unaccent(search_names(changed.name))),
       search_stems(changed.name, 'A')
       || setweight(to_tsvector('simple'::regconfig, search_names(changed.name)), 'A')  || search_stems(changed.summary, 'B') || search_stems(changed.goals, 'C') || search_stems(changed.background, 'D')
FROM changed_rows AS changed
ON CONFLICT (id) DO UPDATE SET
  kind = excluded.kind, state = excluded.state, slug = excluded.slug, name = excluded.name,
  sort_name = excluded.sort_name, plain = excluded.plain, words = excluded.words, indexed_at = clock_timestamp()
WHERE (known.kind, known.state, known.slug, known.name, known.words)
  IS DISTINCT FROM (excluded.kind, excluded.state, excluded.slug, excluded.name, excluded.words)
;
  RETURN NULL;
END $$;

CREATE FUNCTION search_names(name jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (SELECT string_agg(jsonb_each_text.value, ' '::text ORDER BY jsonb_each_text.key) AS string_agg FROM jsonb_each_text(search_names.name) jsonb_each_text(key, value));

CREATE FUNCTION search_stems(texts jsonb, weight "char") RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN setweight(((to_tsvector('finnish'::regconfig, COALESCE((texts ->> 'fi'::text), ''::text)) || to_tsvector('swedish'::regconfig, COALESCE((texts ->> 'sv'::text), ''::text))) || to_tsvector('english'::regconfig, COALESCE((texts ->> 'en'::text), ''::text))), weight);

CREATE TABLE code_links (
  from_scheme text NOT NULL, from_code text NOT NULL, to_scheme text NOT NULL, to_code text NOT NULL,
  kind text NOT NULL, share numeric(7,6) NOT NULL,
  CONSTRAINT ck_code_links_share CHECK (((share > (0)::numeric) AND (share <= (1)::numeric))),
  CONSTRAINT pk_code_links PRIMARY KEY (from_scheme, from_code, to_scheme, to_code)
);

CREATE TABLE code_parents (
  scheme text NOT NULL, code text NOT NULL, parent_scheme text NOT NULL, parent_code text NOT NULL,
  CONSTRAINT pk_code_parents PRIMARY KEY (scheme, code, parent_scheme, parent_code)
);

CREATE TABLE code_schemes (
  scheme text NOT NULL, name jsonb NOT NULL, source text NOT NULL,
  CONSTRAINT pk_code_schemes PRIMARY KEY (scheme)
);

CREATE TABLE codes (
  scheme text NOT NULL, code text NOT NULL, name jsonb NOT NULL, sort_name text NOT NULL, place integer NOT NULL,
  valid_from date, valid_to date,
  CONSTRAINT ck_codes_validity CHECK ((valid_to >= valid_from)),
  CONSTRAINT pk_codes PRIMARY KEY (scheme, code)
);

CREATE TABLE idempotency_answers (
  scope bytea NOT NULL, fingerprint bytea NOT NULL, status integer NOT NULL, headers jsonb NOT NULL,
  body bytea NOT NULL, stored_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT idempotency_answers_pkey PRIMARY KEY (scope)
);

CREATE TABLE project_revisions (
  project_id uuid NOT NULL, version integer NOT NULL, known_at timestamp with time zone NOT NULL,
  entered_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, author text NOT NULL, reason text,
  batch_id uuid, changed jsonb NOT NULL, facts jsonb NOT NULL,
  CONSTRAINT pk_project_revisions PRIMARY KEY (project_id, version)
);

CREATE TABLE import_rows (
  import_id uuid NOT NULL, line integer NOT NULL, verdict text NOT NULL, code text, "values" jsonb NOT NULL,
  problems jsonb NOT NULL, diff jsonb DEFAULT '[]'::jsonb NOT NULL, fresh_id uuid NOT NULL, slug text NOT NULL,
  project_id uuid, authority_id uuid, beneficiary_id uuid,
  CONSTRAINT pk_import_rows PRIMARY KEY (import_id, line)
);

CREATE TABLE import_files (
  import_id uuid NOT NULL, content bytea NOT NULL,
  CONSTRAINT pk_import_files PRIMARY KEY (import_id)
);

CREATE TABLE imported_names (
  name_key text NOT NULL, organisation_id uuid NOT NULL, import_id uuid,
  CONSTRAINT pk_imported_names PRIMARY KEY (name_key)
);

CREATE TABLE imports (
  id uuid NOT NULL, file_name text, format text NOT NULL, state text NOT NULL, sha256 bytea NOT NULL,
  author text NOT NULL, writes_all boolean NOT NULL, coordinations jsonb NOT NULL, rows_total integer,
  rows_done integer DEFAULT 0 NOT NULL, counts jsonb DEFAULT '{}'::jsonb NOT NULL,
  warnings integer DEFAULT 0 NOT NULL, sums jsonb DEFAULT '{}'::jsonb NOT NULL, failure text,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, analysed_at timestamp with time zone,
  applied_at timestamp with time zone, undone_at timestamp with time zone,
  CONSTRAINT pk_imports PRIMARY KEY (id)
);

CREATE TABLE inbox (
  message_id uuid NOT NULL, received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (message_id)
);

CREATE TABLE organisations (
  id uuid NOT NULL, kind text NOT NULL, name jsonb NOT NULL, sort_name text NOT NULL, business_id text,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, version integer DEFAULT 1 NOT NULL,
  CONSTRAINT pk_organisations PRIMARY KEY (id),
  CONSTRAINT uq_organisations_business_id UNIQUE (business_id)
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

CREATE TABLE partner_clients (
  client_id uuid NOT NULL, name text NOT NULL, secret_hash bytea NOT NULL, scopes jsonb NOT NULL,
  grants jsonb NOT NULL, active boolean DEFAULT true NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL, version integer DEFAULT 1 NOT NULL,
  CONSTRAINT pk_partner_clients PRIMARY KEY (client_id),
  CONSTRAINT uq_partner_clients_name UNIQUE (name)
);

CREATE TABLE project_areas (
  project_id uuid NOT NULL, "position" smallint NOT NULL, scheme text NOT NULL, code text NOT NULL,
  meaning text NOT NULL, share numeric(5,4),
  CONSTRAINT pk_project_areas PRIMARY KEY (project_id, "position")
);

CREATE TABLE project_dates (
  project_id uuid NOT NULL, "position" smallint NOT NULL, kind text NOT NULL, falls_on date NOT NULL, source text,
  CONSTRAINT pk_project_dates PRIMARY KEY (project_id, "position")
);

CREATE TABLE project_funding (
  project_id uuid NOT NULL, "position" smallint NOT NULL, source text NOT NULL, kind text NOT NULL,
  amount numeric(14,2) NOT NULL, currency text NOT NULL, as_of date, note text,
  CONSTRAINT pk_project_funding PRIMARY KEY (project_id, "position")
);

CREATE TABLE project_identifiers (
  scheme text NOT NULL, value text NOT NULL, project_id uuid NOT NULL, "position" smallint NOT NULL, valid_from date,
  valid_to date, source text,
  CONSTRAINT ck_project_identifiers_validity CHECK ((valid_to >= valid_from)),
  CONSTRAINT pk_project_identifiers PRIMARY KEY (scheme, value),
  CONSTRAINT uq_project_identifiers_project_id_position UNIQUE (project_id, "position")
);

CREATE TABLE project_milestones (
  project_id uuid NOT NULL, "position" smallint NOT NULL, name jsonb NOT NULL, first_on date NOT NULL,
  "precision" text NOT NULL, state text NOT NULL, reached_on date, note text,
  CONSTRAINT pk_project_milestones PRIMARY KEY (project_id, "position")
);

CREATE TABLE project_parties (
  project_id uuid NOT NULL, "position" smallint NOT NULL, organisation_id uuid NOT NULL, role text NOT NULL,
  starts_on date, ends_on date,
  CONSTRAINT ck_project_parties_validity CHECK ((ends_on >= starts_on)),
  CONSTRAINT pk_project_parties PRIMARY KEY (project_id, "position")
);

CREATE TABLE project_relations (
  id uuid NOT NULL, project_id uuid NOT NULL, kind text NOT NULL, other_id uuid NOT NULL, starts_on date,
  ends_on date, known_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  withdrawn_at timestamp with time zone, version integer DEFAULT 1 NOT NULL,
  CONSTRAINT ck_project_relations_two_projects CHECK ((project_id <> other_id)),
  CONSTRAINT ck_project_relations_validity CHECK ((ends_on >= starts_on)),
  CONSTRAINT pk_project_relations PRIMARY KEY (id)
);

CREATE TABLE project_states (
  project_id uuid NOT NULL, "position" smallint NOT NULL, state text NOT NULL, since_on date, reason text,
  CONSTRAINT pk_project_states PRIMARY KEY (project_id, "position")
);

CREATE TABLE project_topics (
  project_id uuid NOT NULL, "position" smallint NOT NULL, scheme text NOT NULL, code text NOT NULL,
  CONSTRAINT pk_project_topics PRIMARY KEY (project_id, "position"),
  CONSTRAINT uq_project_topics_project_id_scheme_code UNIQUE (project_id, scheme, code)
);

CREATE TABLE projects (
  id uuid NOT NULL, slug text NOT NULL, kind text NOT NULL, scope text NOT NULL, state text NOT NULL,
  name jsonb NOT NULL, sort_name text NOT NULL, summary jsonb, goals jsonb, background jsonb, decision_on date,
  starts_on date, ends_on date, programme_period text, fund text, priority_axis text, specific_objective text,
  programme_part text, edited_fields jsonb DEFAULT '[]'::jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  names text GENERATED ALWAYS AS (lower(((((COALESCE((name ->> 'fi'::text), ''::text) || ' '::text) || COALESCE((name ->> 'sv'::text), ''::text)) || ' '::text) || COALESCE((name ->> 'en'::text), ''::text)))) STORED NOT NULL,
  search tsvector GENERATED ALWAYS AS (((((((((((((setweight(to_tsvector('finnish'::regconfig, COALESCE((name ->> 'fi'::text), ''::text)), 'A'::"char") || setweight(to_tsvector('swedish'::regconfig, COALESCE((name ->> 'sv'::text), ''::text)), 'A'::"char")) || setweight(to_tsvector('english'::regconfig, COALESCE((name ->> 'en'::text), ''::text)), 'A'::"char")) || setweight(to_tsvector('simple'::regconfig, lower(((((COALESCE((name ->> 'fi'::text), ''::text) || ' '::text) || COALESCE((name ->> 'sv'::text), ''::text)) || ' '::text) || COALESCE((name ->> 'en'::text), ''::text)))), 'A'::"char")) || setweight(to_tsvector('finnish'::regconfig, COALESCE((summary ->> 'fi'::text), ''::text)), 'B'::"char")) || setweight(to_tsvector('swedish'::regconfig, COALESCE((summary ->> 'sv'::text), ''::text)), 'B'::"char")) || setweight(to_tsvector('english'::regconfig, COALESCE((summary ->> 'en'::text), ''::text)), 'B'::"char")) || setweight(to_tsvector('finnish'::regconfig, COALESCE((goals ->> 'fi'::text), ''::text)), 'C'::"char")) || setweight(to_tsvector('swedish'::regconfig, COALESCE((goals ->> 'sv'::text), ''::text)), 'C'::"char")) || setweight(to_tsvector('english'::regconfig, COALESCE((goals ->> 'en'::text), ''::text)), 'C'::"char")) || setweight(to_tsvector('finnish'::regconfig, COALESCE((background ->> 'fi'::text), ''::text)), 'D'::"char")) || setweight(to_tsvector('swedish'::regconfig, COALESCE((background ->> 'sv'::text), ''::text)), 'D'::"char")) || setweight(to_tsvector('english'::regconfig, COALESCE((background ->> 'en'::text), ''::text)), 'D'::"char"))) STORED NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT pk_projects PRIMARY KEY (id),
  CONSTRAINT uq_projects_slug UNIQUE (slug)
);

CREATE TABLE search_documents (
  id uuid NOT NULL, noun text NOT NULL, kind text NOT NULL, state text, slug text, name jsonb NOT NULL,
  sort_name text NOT NULL, plain text NOT NULL, words tsvector NOT NULL,
  indexed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_search_documents PRIMARY KEY (id)
);

CREATE INDEX ix_code_links_to_scheme_to_code ON code_links (to_scheme, to_code);
CREATE INDEX ix_code_parents_parent_scheme_parent_code ON code_parents (parent_scheme, parent_code);
CREATE INDEX ix_idempotency_answers_stored_at ON idempotency_answers (stored_at);
CREATE INDEX ix_import_rows_import_id_code ON import_rows (import_id, code);
CREATE INDEX ix_import_rows_import_id_verdict_line ON import_rows (import_id, verdict, line);
CREATE INDEX ix_imported_names_import_id ON imported_names (import_id);
CREATE INDEX ix_imported_names_organisation_id ON imported_names (organisation_id);
CREATE INDEX ix_imports_created_at_id ON imports (created_at, id);
CREATE INDEX ix_organisations_sort_name_id ON organisations (sort_name, id);
CREATE INDEX ix_outbox_waiting ON outbox (due_at, "position") WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));
CREATE INDEX ix_project_areas_scheme_code ON project_areas (scheme, code);
CREATE INDEX ix_project_identifiers_value ON project_identifiers (value);
CREATE INDEX ix_project_parties_organisation_id_role ON project_parties (organisation_id, role);
CREATE INDEX ix_project_relations_other_id ON project_relations (other_id);
CREATE INDEX ix_project_revisions_batch_id ON project_revisions (batch_id);
CREATE INDEX ix_project_revisions_project_id_known_at ON project_revisions (project_id, known_at);
CREATE INDEX ix_project_topics_scheme_code ON project_topics (scheme, code);
CREATE INDEX ix_projects_kind_state ON projects (kind, state);
CREATE INDEX ix_projects_names ON projects USING gin (names public.gin_trgm_ops);
CREATE INDEX ix_projects_search ON projects USING gin (search);
CREATE INDEX ix_projects_sort_name_id ON projects (sort_name, id);
CREATE INDEX ix_projects_starts_on ON projects (starts_on);
CREATE INDEX ix_search_documents_plain ON search_documents USING gin (plain public.gin_trgm_ops);
CREATE INDEX ix_search_documents_words ON search_documents USING gin (words);
CREATE UNIQUE INDEX uq_project_relations_standing ON project_relations (project_id, kind, other_id) WHERE (withdrawn_at IS NULL);

ALTER TABLE code_links ADD CONSTRAINT fk_code_links_from_scheme_from_code FOREIGN KEY (from_scheme, from_code) REFERENCES codes(scheme, code);
ALTER TABLE code_links ADD CONSTRAINT fk_code_links_to_scheme_to_code FOREIGN KEY (to_scheme, to_code) REFERENCES codes(scheme, code);
ALTER TABLE code_parents ADD CONSTRAINT fk_code_parents_parent_scheme_parent_code FOREIGN KEY (parent_scheme, parent_code) REFERENCES codes(scheme, code);
ALTER TABLE code_parents ADD CONSTRAINT fk_code_parents_scheme_code FOREIGN KEY (scheme, code) REFERENCES codes(scheme, code);
ALTER TABLE codes ADD CONSTRAINT fk_codes_scheme FOREIGN KEY (scheme) REFERENCES code_schemes(scheme);
ALTER TABLE import_files ADD CONSTRAINT fk_import_files_import_id FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE;
ALTER TABLE import_rows ADD CONSTRAINT fk_import_rows_import_id FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE;
ALTER TABLE imported_names ADD CONSTRAINT fk_imported_names_import_id FOREIGN KEY (import_id) REFERENCES imports(id);
ALTER TABLE imported_names ADD CONSTRAINT fk_imported_names_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE;
ALTER TABLE project_areas ADD CONSTRAINT fk_project_areas_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_dates ADD CONSTRAINT fk_project_dates_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_funding ADD CONSTRAINT fk_project_funding_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_identifiers ADD CONSTRAINT fk_project_identifiers_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_milestones ADD CONSTRAINT fk_project_milestones_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_parties ADD CONSTRAINT fk_project_parties_organisation_id FOREIGN KEY (organisation_id) REFERENCES organisations(id);
ALTER TABLE project_parties ADD CONSTRAINT fk_project_parties_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_relations ADD CONSTRAINT fk_project_relations_other_id FOREIGN KEY (other_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_relations ADD CONSTRAINT fk_project_relations_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_revisions ADD CONSTRAINT fk_project_revisions_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_states ADD CONSTRAINT fk_project_states_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;
ALTER TABLE project_topics ADD CONSTRAINT fk_project_topics_project_id FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE;

CREATE VIEW import_before AS
 SELECT DISTINCT ON (v.batch_id, v.project_id) v.batch_id,
    v.project_id,
    b.facts
   FROM (project_revisions v
     JOIN project_revisions b ON (((b.project_id = v.project_id) AND (b.version = (v.version - 1)))))
  WHERE (v.batch_id IS NOT NULL)
  ORDER BY v.batch_id, v.project_id, v.version;

CREATE VIEW import_changes AS
 SELECT r.import_id,
    r.line,
    r.project_id,
    d.field,
    d.after
   FROM (import_rows r
     CROSS JOIN LATERAL jsonb_to_recordset(r.diff) d(field text, after text, kept boolean))
  WHERE ((r.verdict = ANY (ARRAY['changed'::text, 'conflict'::text])) AND (NOT d.kept));

CREATE TRIGGER search_delete AFTER DELETE ON organisations REFERENCING OLD TABLE AS gone_rows FOR EACH STATEMENT EXECUTE FUNCTION search_forget_organisations();
CREATE TRIGGER search_delete AFTER DELETE ON projects REFERENCING OLD TABLE AS gone_rows FOR EACH STATEMENT EXECUTE FUNCTION search_forget_projects();
CREATE TRIGGER search_insert AFTER INSERT ON organisations REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION search_keep_organisations();
CREATE TRIGGER search_insert AFTER INSERT ON projects REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION search_keep_projects();
CREATE TRIGGER search_update AFTER UPDATE ON organisations REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION search_keep_organisations();
CREATE TRIGGER search_update AFTER UPDATE ON projects REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION search_keep_projects();
"""

# What the installer of pgqueuer 1.6.0 writes. A test compares the file with the library that is installed.
QUEUE_INSTALLER = Path(__file__).parents[1] / "pgqueuer_1_6_0.sql"


def upgrade() -> None:
    """Make all tables of the service, and those of its job queue."""
    # Functions stand before the tables that they name. This first statement also begins the transaction.
    op.execute("SET LOCAL check_function_bodies = off")
    _run(SCHEMA)
    _run(QUEUE_INSTALLER.read_text(encoding="utf-8").replace("the_service", "registry"))


def downgrade() -> None:
    """Refuse: what this revision makes is all there is."""
    raise NotImplementedError("The first revision is not taken back. Drop the schema and begin anew.")


def _run(statements: str) -> None:
    # Only the driver's simple protocol takes several statements in one text.
    op.get_bind().connection.dbapi_connection.run_async(lambda connection: connection.execute(statements))
