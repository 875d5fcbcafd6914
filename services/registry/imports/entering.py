"""The statements that enter staged rows as projects. Each takes `import_id` and the lines `first` to `last`."""

from typing import Final

from sqlalchemy import TextClause, text

# The organisations that are not known yet: one for each number, with any of its names, and one for each name without
# a number.
UNKNOWN_NAMES: Final = text("""
WITH named AS (
  SELECT values ->> 'authority' AS name, NULL AS business_id FROM import_rows
  WHERE import_id = :import_id AND verdict IN ('new', 'changed', 'conflict') AND authority_id IS NULL
  UNION ALL
  SELECT values ->> 'beneficiary', values ->> 'business_id' FROM import_rows
  WHERE import_id = :import_id AND verdict IN ('new', 'changed', 'conflict') AND beneficiary_id IS NULL
), numbered AS (
  SELECT min(name) AS name, business_id FROM named WHERE name IS NOT NULL AND business_id IS NOT NULL
  GROUP BY business_id
)
SELECT name, business_id FROM numbered
UNION ALL
SELECT min(name), NULL FROM named
WHERE business_id IS NULL AND lower(name) NOT IN (SELECT lower(name) FROM numbered)
GROUP BY lower(name) ORDER BY name, business_id
""")

# From now on these names mean these organisations, also after these were renamed. The organisation that a name means
# alone comes before the one that it means only beside a number: else the same list would mean another organisation
# the next time. Numbers are stored like names, so that an undo finds all that the import entered, namesakes too.
REMEMBER_NAMES: Final = text("""
INSERT INTO imported_names (name_key, organisation_id, import_id)
SELECT DISTINCT ON (name_key) name_key, organisation_id,
       CASE WHEN organisation_id = ANY(:entered) THEN CAST(:import_id AS uuid) END
FROM (
  SELECT lower(values ->> 'authority') AS name_key, authority_id AS organisation_id, false AS has_number
  FROM import_rows WHERE import_id = :import_id AND verdict NOT IN ('rejected', 'ignored')
  UNION ALL
  SELECT lower(values ->> 'beneficiary'), beneficiary_id, jsonb_exists(values, 'business_id')
  FROM import_rows WHERE import_id = :import_id AND verdict NOT IN ('rejected', 'ignored')
  UNION ALL
  SELECT values ->> 'business_id', beneficiary_id, true
  FROM import_rows WHERE import_id = :import_id AND verdict NOT IN ('rejected', 'ignored')
) AS meant
WHERE name_key IS NOT NULL AND organisation_id IS NOT NULL
ORDER BY name_key, has_number, organisation_id
ON CONFLICT (name_key) DO NOTHING
""")

# Run twice: where the slug is taken, the second run uses one with the end of the id.
ENTER_PROJECTS: Final = text("""
INSERT INTO projects (id, slug, kind, scope, state, name, sort_name, summary, starts_on, ends_on,
                      programme_period, fund, priority_axis, specific_objective, programme_part)
SELECT r.fresh_id,
       CASE WHEN :again THEN rtrim(left(r.slug, 67), '-') || '-' || right(r.fresh_id::text, 12) ELSE r.slug END,
       r.values ->> 'kind', r.values ->> 'scope', r.values ->> 'state',
       jsonb_build_object('fi', r.values ->> 'name'), r.values ->> 'name',
       CASE WHEN jsonb_exists(r.values, 'summary') THEN jsonb_build_object('fi', r.values ->> 'summary') END,
       (r.values ->> 'starts_on')::date, (r.values ->> 'ends_on')::date,
       :programme_period, r.values ->> 'fund', r.values ->> 'priority_axis', r.values ->> 'specific_objective',
       r.values ->> 'programme_part'
FROM import_rows AS r
WHERE r.import_id = :import_id AND r.verdict = 'new' AND r.line BETWEEN :first AND :last
  AND NOT EXISTS (SELECT FROM projects AS p WHERE p.id = r.fresh_id)
ORDER BY r.line
ON CONFLICT (slug) DO NOTHING
""")

_ENTER_IDENTIFIERS: Final = text("""
INSERT INTO project_identifiers (scheme, value, project_id, position, source)
SELECT :scheme, r.code, r.fresh_id, 0, :source FROM import_rows AS r
WHERE r.import_id = :import_id AND r.verdict = 'new' AND r.line BETWEEN :first AND :last
""")

_ENTER_DATES: Final = text("""
INSERT INTO project_dates (project_id, position, kind, falls_on, source)
SELECT r.fresh_id, row_number() OVER (PARTITION BY r.fresh_id ORDER BY d.kind DESC) - 1, d.kind, d.day::date, :source
FROM import_rows AS r
CROSS JOIN LATERAL (VALUES ('planned_start', r.values ->> 'starts_on'), ('planned_end', r.values ->> 'ends_on'))
  AS d(kind, day)
WHERE r.import_id = :import_id AND r.verdict = 'new' AND r.line BETWEEN :first AND :last AND d.day IS NOT NULL
""")

_ENTER_STATES: Final = text("""
INSERT INTO project_states (project_id, position, state)
SELECT r.fresh_id, 0, r.values ->> 'state' FROM import_rows AS r
WHERE r.import_id = :import_id AND r.verdict = 'new' AND r.line BETWEEN :first AND :last
""")

_ENTER_PARTIES: Final = text("""
INSERT INTO project_parties (project_id, position, organisation_id, role)
SELECT r.fresh_id, row_number() OVER (PARTITION BY r.fresh_id ORDER BY q.role) - 1, q.organisation_id, q.role
FROM import_rows AS r
CROSS JOIN LATERAL (VALUES ('funder', r.authority_id), ('implementer', r.beneficiary_id)) AS q(role, organisation_id)
WHERE r.import_id = :import_id AND r.verdict = 'new' AND r.line BETWEEN :first AND :last
  AND q.organisation_id IS NOT NULL
""")

_ENTER_FUNDING: Final = text("""
INSERT INTO project_funding (project_id, position, source, kind, amount, currency)
SELECT r.fresh_id, row_number() OVER (PARTITION BY r.fresh_id ORDER BY f.place) - 1,
       f.source, f.kind, (r.values ->> f.field)::numeric, 'EUR'
FROM import_rows AS r
CROSS JOIN jsonb_to_recordset(CAST(:fields AS jsonb)) AS f(field text, place int, kind text, source text)
WHERE r.import_id = :import_id AND r.verdict = 'new' AND r.line BETWEEN :first AND :last
  AND f.kind IS NOT NULL AND jsonb_exists(r.values, f.field)
""")

_CLAIM_NEW: Final = text("""
UPDATE import_rows SET project_id = fresh_id
WHERE import_id = :import_id AND verdict = 'new' AND line BETWEEN :first AND :last
""")

ENTER: Final[tuple[TextClause, ...]] = (
    _ENTER_IDENTIFIERS,
    _ENTER_DATES,
    _ENTER_STATES,
    _ENTER_PARTIES,
    _ENTER_FUNDING,
    _CLAIM_NEW,
)
