"""The statements that change known projects to agree with a file.

`import_changes` lists the changes of fields that no person has set. Each statement takes `import_id` and the lines
`first` to `last`.
"""

from typing import Final

from sqlalchemy import TextClause, text

_CHANGE_PROJECTS: Final = text("""
UPDATE projects AS p
SET name = CASE WHEN jsonb_exists(c.new, 'name') THEN p.name || jsonb_build_object('fi', c.new ->> 'name')
                ELSE p.name END,
    sort_name = coalesce(c.new ->> 'name', p.sort_name),
    summary = CASE WHEN jsonb_exists(c.new, 'summary')
                   THEN coalesce(p.summary, '{}'::jsonb) || jsonb_build_object('fi', c.new ->> 'summary')
                   ELSE p.summary END,
    fund = coalesce(c.new ->> 'fund', p.fund),
    programme_part = coalesce(c.new ->> 'programme_part', p.programme_part),
    priority_axis = coalesce(c.new ->> 'priority_axis', p.priority_axis),
    specific_objective = coalesce(c.new ->> 'specific_objective', p.specific_objective),
    state = coalesce(c.new ->> 'state', p.state),
    version = p.version + 1
FROM (
  SELECT project_id, jsonb_object_agg(field, after) AS new FROM import_changes
  WHERE import_id = :import_id AND line BETWEEN :first AND :last GROUP BY project_id
) AS c
WHERE p.id = c.project_id
""")

_CHANGE_STATES: Final = text("""
INSERT INTO project_states (project_id, position, state)
SELECT c.project_id,
       (SELECT coalesce(max(s.position), -1) + 1 FROM project_states AS s WHERE s.project_id = c.project_id), c.after
FROM import_changes AS c
WHERE c.import_id = :import_id AND c.line BETWEEN :first AND :last AND c.field = 'state'
""")

_CHANGE_DATES: Final = text("""
WITH c AS (
  SELECT project_id, 'planned_' || split_part(field, 's_on', 1) AS kind, after::date AS day FROM import_changes
  WHERE import_id = :import_id AND line BETWEEN :first AND :last AND field IN ('starts_on', 'ends_on')
), moved AS (
  UPDATE project_dates AS d SET falls_on = c.day FROM c
  WHERE d.project_id = c.project_id AND d.kind = c.kind AND d.source = :source
  RETURNING d.project_id, d.kind
)
INSERT INTO project_dates (project_id, position, kind, falls_on, source)
SELECT c.project_id,
       (SELECT coalesce(max(d.position), -1) FROM project_dates AS d WHERE d.project_id = c.project_id)
         + row_number() OVER (PARTITION BY c.project_id ORDER BY c.kind DESC),
       c.kind, c.day, :source
FROM c WHERE NOT EXISTS (SELECT FROM moved AS m WHERE m.project_id = c.project_id AND m.kind = c.kind)
""")

# As `projects.service.main_days` says: the first actual day, else the first planned one.
_CHANGE_MAIN_DAYS: Final = text("""
UPDATE projects AS p
SET starts_on = (SELECT d.falls_on FROM project_dates AS d
                 WHERE d.project_id = p.id AND d.kind IN ('actual_start', 'planned_start')
                 ORDER BY d.kind, d.position LIMIT 1),
    ends_on = (SELECT d.falls_on FROM project_dates AS d
               WHERE d.project_id = p.id AND d.kind IN ('actual_end', 'planned_end')
               ORDER BY d.kind, d.position LIMIT 1)
WHERE p.id IN (SELECT project_id FROM import_changes
               WHERE import_id = :import_id AND line BETWEEN :first AND :last AND field IN ('starts_on', 'ends_on'))
""")

_CHANGE_FUNDING: Final = text("""
WITH c AS (
  SELECT i.project_id, f.kind, f.source, f.place, i.after::numeric AS amount FROM import_changes AS i
  JOIN jsonb_to_recordset(CAST(:fields AS jsonb)) AS f(field text, place int, kind text, source text)
    ON f.field = i.field AND f.kind IS NOT NULL
  WHERE i.import_id = :import_id AND i.line BETWEEN :first AND :last
), moved AS (
  UPDATE project_funding AS m SET amount = c.amount FROM c
  WHERE m.project_id = c.project_id AND m.kind = c.kind AND m.source = c.source AND m.currency = 'EUR'
    AND m.position = (
      SELECT n.position FROM project_funding AS n
      WHERE n.project_id = c.project_id AND n.kind = c.kind AND n.source = c.source AND n.currency = 'EUR'
      ORDER BY n.as_of DESC NULLS LAST, n.position LIMIT 1)
  RETURNING m.project_id, m.kind, m.source
)
INSERT INTO project_funding (project_id, position, source, kind, amount, currency)
SELECT c.project_id,
       (SELECT coalesce(max(m.position), -1) FROM project_funding AS m WHERE m.project_id = c.project_id)
         + row_number() OVER (PARTITION BY c.project_id ORDER BY c.place),
       c.source, c.kind, c.amount, 'EUR'
FROM c WHERE NOT EXISTS (
  SELECT FROM moved AS m WHERE m.project_id = c.project_id AND m.kind = c.kind AND m.source = c.source)
""")

_CHANGE_PARTIES: Final = text("""
WITH c AS (
  SELECT i.project_id, q.role, q.organisation_id FROM import_changes AS i
  JOIN import_rows AS r ON r.import_id = i.import_id AND r.line = i.line
  CROSS JOIN LATERAL (VALUES ('authority', 'funder', r.authority_id), ('beneficiary', 'implementer', r.beneficiary_id))
    AS q(field, role, organisation_id)
  WHERE i.import_id = :import_id AND i.line BETWEEN :first AND :last AND i.field = q.field
    AND q.organisation_id IS NOT NULL
), moved AS (
  UPDATE project_parties AS p SET organisation_id = c.organisation_id FROM c
  WHERE p.project_id = c.project_id AND p.role = c.role
    AND p.position = (SELECT min(n.position) FROM project_parties AS n
                      WHERE n.project_id = c.project_id AND n.role = c.role)
  RETURNING p.project_id, p.role
)
INSERT INTO project_parties (project_id, position, organisation_id, role)
SELECT c.project_id,
       (SELECT coalesce(max(p.position), -1) FROM project_parties AS p WHERE p.project_id = c.project_id)
         + row_number() OVER (PARTITION BY c.project_id ORDER BY c.role),
       c.organisation_id, c.role
FROM c WHERE NOT EXISTS (SELECT FROM moved AS m WHERE m.project_id = c.project_id AND m.role = c.role)
""")

CHANGE: Final[tuple[TextClause, ...]] = (
    _CHANGE_PROJECTS,
    _CHANGE_STATES,
    _CHANGE_DATES,
    _CHANGE_MAIN_DAYS,
    _CHANGE_FUNDING,
    _CHANGE_PARTIES,
)
