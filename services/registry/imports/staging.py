"""The dry run: a file's rows are staged, then judged against the register by set-based statements."""

import asyncio
import json
from collections.abc import Iterator
from itertools import islice
from typing import Final, assert_never
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, and_, delete, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import Grant, Role, Scope
from services.kernel.data.ids import new_id
from services.kernel.security.auth import Principal
from services.registry.projects import access as projects
from services.registry.projects.models import Project
from services.registry.projects.terms import slug_of

from .columns import FORMATS
from .models import Import, ImportFile, ImportRow
from .reading.formats import ListFormat
from .reading.ledger import Ignored, Line, Rejected, Row, printable
from .reading.reader import ListFile, open_list
from .rows import Finding, StagedRow, read_row
from .terms import CHUNK_ROWS, MAX_LINE_TEXT, MONEY, REGISTERS, Format, ImportId, Rule, Severity, Verdict

# A field of a row → the field of a project that it is part of, by which `edited_fields` names it.
OWNERS: Final = {
    "name": "name",
    "summary": "summary",
    "fund": "fund",
    "programme_part": "programme_part",
    "priority_axis": "priority_axis",
    "specific_objective": "specific_objective",
    "state": "state",
    "starts_on": "dates",
    "ends_on": "dates",
    "authority": "parties",
    "beneficiary": "parties",
    **dict.fromkeys(MONEY, "funding"),
}
FIELDS: Final = json.dumps(
    [
        {
            "field": name,
            "owner": owner,
            "place": place,
            "kind": MONEY[name].kind if name in MONEY else None,
            "source": MONEY[name].source if name in MONEY else None,
        }
        for place, (name, owner) in enumerate(OWNERS.items())
    ]
)

# The second row with one number in a file is rejected, because neither of the two is known to be right.
_REJECT_DUPLICATES: Final = text("""
UPDATE import_rows AS r
SET verdict = 'rejected',
    problems = r.problems || jsonb_build_array(jsonb_build_object(
      'severity', 'error', 'column', 'code', 'rule', 'duplicate-code', 'value', r.code))
FROM (
  SELECT line, row_number() OVER (PARTITION BY code ORDER BY line) AS place
  FROM import_rows WHERE import_id = :import_id AND verdict NOT IN ('rejected', 'ignored')
) AS again
WHERE r.import_id = :import_id AND r.line = again.line AND again.place > 1
""")

# The organisations that the names mean: by number, as an earlier import stored it, or by the name itself. A namesake
# that is known to have another number is another organisation.
FIND_ORGANISATIONS: Final = text("""
WITH named AS (
  SELECT DISTINCT ON (lower(sort_name)) lower(sort_name) AS name_key, id
  FROM organisations ORDER BY lower(sort_name), id
), known AS (
  SELECT name_key, organisation_id AS id FROM imported_names
  UNION ALL
  SELECT name_key, id FROM named WHERE NOT EXISTS (SELECT FROM imported_names AS n WHERE n.name_key = named.name_key)
)
UPDATE import_rows AS r
SET authority_id = a.id, beneficiary_id = coalesce(o.id, namesake.id)
FROM import_rows AS s
LEFT JOIN known AS a ON a.name_key = lower(s.values ->> 'authority')
LEFT JOIN known AS b ON b.name_key = lower(s.values ->> 'beneficiary')
LEFT JOIN organisations AS o ON o.business_id = s.values ->> 'business_id'
LEFT JOIN organisations AS namesake
  ON namesake.id = b.id AND (namesake.business_id IS NULL OR NOT jsonb_exists(s.values, 'business_id'))
WHERE s.import_id = :import_id AND s.verdict NOT IN ('rejected', 'ignored')
  AND r.import_id = s.import_id AND r.line = s.line
  AND (r.authority_id, r.beneficiary_id) IS DISTINCT FROM (a.id, coalesce(o.id, namesake.id))
""")

# Each row against the project of its number, field by field. An empty cell says nothing and changes nothing.
_JUDGE: Final = text("""
UPDATE import_rows AS r
SET project_id = judged.project_id, verdict = judged.verdict, diff = coalesce(judged.diff, '[]'::jsonb)
FROM (
  SELECT s.line, p.id AS project_id, compared.diff,
         CASE WHEN p.id IS NULL THEN 'new' WHEN compared.diff IS NULL THEN 'same'
              WHEN compared.kept THEN 'conflict' ELSE 'changed' END AS verdict
  FROM import_rows AS s
  LEFT JOIN project_identifiers AS i ON i.scheme = :scheme AND i.value = s.code
  LEFT JOIN projects AS p ON p.id = i.project_id
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
             'field', f.field, 'before', present.value, 'after', s.values ->> f.field,
             'kept', jsonb_exists(p.edited_fields, f.owner)) ORDER BY f.place) AS diff,
           bool_or(jsonb_exists(p.edited_fields, f.owner)) AS kept
    FROM jsonb_to_recordset(CAST(:fields AS jsonb))
      AS f(field text, owner text, place int, kind text, source text)
    CROSS JOIN LATERAL (SELECT CASE f.field
      WHEN 'name' THEN p.name ->> 'fi'
      WHEN 'summary' THEN p.summary ->> 'fi'
      WHEN 'fund' THEN p.fund
      WHEN 'programme_part' THEN p.programme_part
      WHEN 'priority_axis' THEN p.priority_axis
      WHEN 'specific_objective' THEN p.specific_objective
      WHEN 'state' THEN p.state
      WHEN 'starts_on' THEN (
        SELECT d.falls_on::text FROM project_dates AS d
        WHERE d.project_id = p.id AND d.kind = 'planned_start' AND d.source = :source ORDER BY d.position LIMIT 1)
      WHEN 'ends_on' THEN (
        SELECT d.falls_on::text FROM project_dates AS d
        WHERE d.project_id = p.id AND d.kind = 'planned_end' AND d.source = :source ORDER BY d.position LIMIT 1)
      WHEN 'authority' THEN CASE
        WHEN EXISTS (SELECT FROM project_parties AS q
                     WHERE q.project_id = p.id AND q.role = 'funder' AND q.organisation_id = s.authority_id)
        THEN s.values ->> 'authority'
        ELSE (SELECT o.sort_name FROM project_parties AS q JOIN organisations AS o ON o.id = q.organisation_id
              WHERE q.project_id = p.id AND q.role = 'funder' ORDER BY q.position LIMIT 1) END
      WHEN 'beneficiary' THEN CASE
        WHEN EXISTS (SELECT FROM project_parties AS q
                     WHERE q.project_id = p.id AND q.role = 'implementer' AND q.organisation_id = s.beneficiary_id)
        THEN s.values ->> 'beneficiary'
        ELSE (SELECT o.sort_name FROM project_parties AS q JOIN organisations AS o ON o.id = q.organisation_id
              WHERE q.project_id = p.id AND q.role = 'implementer' ORDER BY q.position LIMIT 1) END
      ELSE (
        SELECT m.amount::text FROM project_funding AS m
        WHERE m.project_id = p.id AND m.kind = f.kind AND m.source = f.source AND m.currency = 'EUR'
        ORDER BY m.as_of DESC NULLS LAST, m.position LIMIT 1)
      END AS value) AS present
    WHERE p.id IS NOT NULL AND jsonb_exists(s.values, f.field)
      AND present.value IS DISTINCT FROM s.values ->> f.field
  ) AS compared ON p.id IS NOT NULL
  WHERE s.import_id = :import_id AND s.verdict NOT IN ('rejected', 'ignored')
) AS judged
WHERE r.import_id = :import_id AND r.line = judged.line
  AND (r.project_id, r.verdict, r.diff)
    IS DISTINCT FROM (judged.project_id, judged.verdict, coalesce(judged.diff, '[]'::jsonb))
""")

_COUNT: Final = text("""
SELECT count(*) AS lines, count(*) FILTER (WHERE verdict <> 'ignored') AS total,
       jsonb_build_object('new', count(*) FILTER (WHERE verdict = 'new'),
                          'changed', count(*) FILTER (WHERE verdict = 'changed'),
                          'same', count(*) FILTER (WHERE verdict = 'same'),
                          'conflict', count(*) FILTER (WHERE verdict = 'conflict'),
                          'rejected', count(*) FILTER (WHERE verdict = 'rejected'),
                          'ignored', count(*) FILTER (WHERE verdict = 'ignored')) AS counts,
       count(*) FILTER (WHERE problems @> '[{"severity": "warning"}]') AS warnings,
       coalesce((
         SELECT jsonb_object_agg(field, total) FROM (
           SELECT f.field, sum((r.values ->> f.field)::numeric)::text AS total
           FROM import_rows AS r
           CROSS JOIN jsonb_to_recordset(CAST(:fields AS jsonb)) AS f(field text, kind text)
           WHERE r.import_id = :import_id AND r.verdict NOT IN ('rejected', 'ignored') AND f.kind IS NOT NULL
             AND jsonb_exists(r.values, f.field)
           GROUP BY f.field) AS summed), '{}'::jsonb) AS sums
FROM import_rows WHERE import_id = :import_id
""")


async def stage(session: AsyncSession, import_: Import, content: bytes) -> None:
    """Replace the import's rows by the judged rows of the file. Raises UnreadableImport."""
    await session.execute(delete(ImportRow).where(ImportRow.import_id == import_.id))
    # Read in a thread: unpacking a workbook would block all other requests.
    file = await asyncio.to_thread(open_list, content, [FORMATS[Format(import_.format)]])
    records = _records(ImportId(import_.id), file.format, file.lines())
    while chunk := await asyncio.to_thread(lambda: list(islice(records, CHUNK_ROWS))):
        await session.execute(insert(ImportRow), chunk)
    await _describe(import_, file)
    # Thousands of rows are new: without fresh statistics the joins below are planned for a few.
    await session.execute(text("ANALYZE import_rows"))
    await session.execute(_REJECT_DUPLICATES, {"import_id": import_.id})
    await judge(session, import_)
    await session.execute(delete(ImportFile).where(ImportFile.import_id == import_.id))


async def _describe(import_: Import, file: ListFile) -> None:
    """Keep what the file says of itself. Requires: its lines are read."""
    others = await asyncio.to_thread(file.other_sheets)
    import_.sheet, import_.list_on, import_.ignored_columns = file.sheet, file.list_on, list(file.ignored_columns)
    import_.other_sheets = [{"name": other.name, "hidden": other.hidden, "lines": other.lines} for other in others]


def _records(import_id: ImportId, known: ListFormat, lines: Iterator[Line]) -> Iterator[dict[str, object]]:
    for line in lines:
        match line:
            case Ignored():
                finding = Finding(Severity.info, "", line.reason, "")
                yield _record(import_id, StagedRow(line.number, findings=[finding]), Verdict.ignored, line.text)
            case Rejected():
                finding = Finding(Severity.error, "", line.rule, line.detail)
                yield _record(import_id, StagedRow(line.number, findings=[finding]), Verdict.rejected, line.text)
            case Row():
                row = read_row(known, line)
                yield _record(import_id, row, Verdict.rejected if row.rejected else Verdict.new)
            case never:
                assert_never(never)


def _record(import_id: ImportId, row: StagedRow, verdict: Verdict, line_text: str | None = None) -> dict[str, object]:
    code = row.values.pop("code", None)
    return {
        "import_id": import_id,
        "line": row.line,
        "verdict": verdict,
        "code": code,
        "values": row.values,
        "problems": [finding.as_json() for finding in row.findings],
        "line_text": None if line_text is None else printable(line_text)[:MAX_LINE_TEXT],
        "fresh_id": new_id(),
        "slug": slug_of(row.values.get("name", ""), suffix=code or "") if verdict is Verdict.new else "",
    }


async def judge(session: AsyncSession, import_: Import) -> None:
    """Compare every row that is not rejected with the register as it is now, and count the verdicts."""
    register = REGISTERS[Format(import_.format)]
    await session.execute(FIND_ORGANISATIONS, {"import_id": import_.id})
    values = {"import_id": import_.id, "scheme": register.scheme, "source": register.source, "fields": FIELDS}
    await session.execute(_JUDGE, values)
    if not import_.writes_all:
        await _reject_foreign(session, import_)
    counted = await _first(session, _COUNT, {"import_id": import_.id, "fields": FIELDS})
    import_.lines_total, import_.rows_total = counted["lines"], counted["total"]
    import_.counts, import_.warnings, import_.sums = counted["counts"], counted["warnings"], counted["sums"]


async def _first(session: AsyncSession, statement: TextClause, values: dict[str, object]) -> RowMapping:
    return (await session.execute(statement, values)).mappings().one()


async def _reject_foreign(session: AsyncSession, import_: Import) -> None:
    """Reject the rows whose projects the author of the import may not enter, change or see otherwise."""
    finding = {"severity": Severity.error, "column": "code", "rule": Rule.not_yours, "value": ""}
    grants = [Grant(Role.coordinator, coordination_id=UUID(text_id)) for text_id in import_.coordinations]
    author = Principal(import_.author, frozenset({Scope.registry_write}), tuple(grants))
    foreign = (
        update(ImportRow)
        .where(
            ImportRow.import_id == import_.id,
            or_(
                ImportRow.verdict == Verdict.new,
                and_(
                    ImportRow.verdict.in_([Verdict.changed, Verdict.conflict]),
                    ImportRow.project_id.not_in(select(Project.id).where(projects.writable_by(author))),
                ),
            ),
        )
        # The differences would disclose a project that the author may not see.
        .values(verdict=Verdict.rejected, project_id=None, diff=[], problems=ImportRow.problems.concat([finding]))
        .execution_options(synchronize_session=False)
    )
    await session.execute(foreign)
