"""The dry run: the lines of a file are staged, then its rows are judged, chunk by chunk."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Final, assert_never, cast

from sqlalchemy import RowMapping, Table, TextClause, case, delete, func, insert, select, text, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.clock import database_now, helsinki_day
from services.kernel.data.db import Database
from services.kernel.data.rows import arrays, columns_of
from services.kernel.data.types import Result
from services.registry.nouns.rows import Finding, Judgement, ListRow, RowReader, StagedRow, printable
from services.registry.nouns.terms import Severity, Verdict
from services.registry.statistics import MANY_ROWS, refresh_statistics

from . import stored_files
from .batches import NO_ROWS, batch_of
from .importers import FORMATS, importer_of
from .models import Import, ImportRow
from .reading.ledger import Ignored, Rejected, Row
from .reading.reader import ListFile, open_list
from .rows import read_row
from .schemas import SUMMED
from .terms import CHUNK_ROWS, MAX_LINE_TEXT, Format, ImportId

_ROWS: Final[Table] = cast("Table", ImportRow.__table__)
_JUDGED: Final = ("line", "verdict", "project_id", "diff", "is_stated", "equal_to", "problems")

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
           SELECT field, sum((r.values ->> field)::numeric)::text AS total
           FROM import_rows AS r CROSS JOIN unnest(CAST(:fields AS text[])) AS field
           WHERE r.import_id = :import_id AND r.verdict NOT IN ('rejected', 'ignored')
             AND jsonb_exists(r.values, field)
           GROUP BY field) AS summed), '{}'::jsonb) AS sums
FROM import_rows WHERE import_id = :import_id
""")


async def stage(session: AsyncSession, database: Database, import_: Import, content: bytes) -> None:
    """Replace the import's rows by the judged rows of the file. Raises UnreadableImport."""
    await session.execute(delete(ImportRow).where(ImportRow.import_id == import_.id))
    reader = await importer_of(import_.format).row_reader(session, import_.format)
    # Read in a thread: unpacking a workbook would block all other requests.
    file = await asyncio.to_thread(open_list, content, [FORMATS[Format(import_.format)]])
    staged = 0
    records = _records(ImportId(import_.id), reader, file)
    while chunk := await asyncio.to_thread(lambda: list(islice(records, CHUNK_ROWS))):
        await session.execute(insert(ImportRow), chunk)
        staged += len(chunk)
    await _describe(import_, file, today=helsinki_day(await database_now(session)))
    if staged >= MANY_ROWS:
        # Thousands of rows are new: without fresh statistics the joins below are planned for a few. A short file takes
        # none, because it would wait until every other dry run has ended.
        await refresh_statistics(session, [_ROWS])
    await session.execute(_REJECT_DUPLICATES, {"import_id": import_.id})
    if staged >= MANY_ROWS:
        # In a short transaction: until it ends, no import that is applied gets new statistics. From the other pool:
        # dry runs beside each other may hold all connections of theirs.
        async with database.shared_transaction() as other_session:
            await refresh_statistics(other_session, importer_of(import_.format).TABLES, wait=False)
    await judge(session, import_)
    await count(session, import_)
    await stored_files.remove(session, import_.id)


async def _describe(import_: Import, file: ListFile, *, today: date) -> None:
    """Keep what the file says of itself. Its day comes before the day that the upload gave, and that before today.

    Requires: its lines are read.
    """
    others = await asyncio.to_thread(file.other_sheets)
    named_on = file.list_on if file.list_on and file.list_on <= today else None
    import_.list_on = named_on or import_.list_on or today
    import_.sheet, import_.ignored_columns = file.sheet, list(file.ignored_columns)
    import_.other_sheets = [{"name": other.name, "hidden": other.hidden, "lines": other.lines} for other in others]


def _records(import_id: ImportId, reader: RowReader, file: ListFile) -> Iterator[dict[str, object]]:
    for line in file.lines():
        match line:
            case Ignored():
                finding = Finding(Severity.info, "", line.reason, "")
                yield _record(import_id, StagedRow(line.number, findings=[finding]), Verdict.ignored, line.text)
            case Rejected():
                finding = Finding(Severity.error, "", line.rule, line.detail)
                yield _record(import_id, StagedRow(line.number, findings=[finding]), Verdict.rejected, line.text)
            case Row():
                row = read_row(file.format, reader, line)
                yield _record(import_id, row, Verdict.rejected if row.rejected else Verdict.new, key=file.format.key)
            case never:
                assert_never(never)


def _record(
    import_id: ImportId, row: StagedRow, verdict: Verdict, line_text: str | None = None, *, key: str = ""
) -> dict[str, object]:
    code = row.values.pop(key, None)
    return {
        "import_id": import_id,
        "line": row.line,
        "verdict": verdict,
        "code": code,
        "values": row.values,
        "problems": [finding.as_json() for finding in row.findings],
        "line_text": None if line_text is None else printable(line_text)[:MAX_LINE_TEXT],
    }


async def judge(session: AsyncSession, import_: Import) -> None:
    """Compare every row that is not rejected with what is shown now."""
    rows = await importer_of(import_.format).begin(session, batch_of(import_))
    async for chunk in chunks(session, ImportId(import_.id), size=CHUNK_ROWS):
        standing = [row for row in chunk if row.verdict not in NO_ROWS]
        judgements = await rows.judge(session, [as_list_row(row) for row in standing])
        await _store(session, import_, {row.line: row for row in standing}, judgements)


async def count(session: AsyncSession, import_: Import) -> None:
    """Count the verdicts of the rows, and sum their amounts."""
    counted = await _first(session, _COUNT, {"import_id": import_.id, "fields": list(SUMMED)})
    import_.lines_total, import_.rows_total = counted["lines"], counted["total"]
    import_.counts, import_.warnings, import_.sums = counted["counts"], counted["warnings"], counted["sums"]


async def chunks(session: AsyncSession, import_id: ImportId, *, size: int) -> AsyncIterator[Sequence[Result]]:
    """Yield the stored rows of the file in order. Ignored lines are left out, and null stands for an empty list.

    Rows that say what is said already have no values.
    """
    last = 0
    plain = (_ROWS.c[name] for name in ("line", "verdict", "code", "project_id", "is_stated", "equal_to"))
    listed = (func.nullif(_ROWS.c[name], sql_cast("[]", JSONB)).label(name) for name in ("problems", "diff"))
    values = case((_ROWS.c.equal_to.is_not(None), None), else_=_ROWS.c["values"]).label("values")
    statement = select(*plain, *listed, values).order_by(_ROWS.c.line).limit(size)
    of_import = (_ROWS.c.import_id == import_id, _ROWS.c.verdict != Verdict.ignored)
    while rows := (await session.execute(statement.where(*of_import, _ROWS.c.line > last))).all():
        yield rows
        last = rows[-1].line


def as_list_row(row: Result) -> ListRow:
    """Return a stored row that is not rejected as its noun sees it."""
    return ListRow(row.line, row.code, row.values or {}, equal_to=row.equal_to)


async def _store(
    session: AsyncSession, import_: Import, rows: Mapping[int, Result], judgements: Sequence[Judgement]
) -> None:
    """Store the verdicts that differ from the stored ones."""
    judged = [_judged(rows[judgement.line], judgement) for judgement in judgements]
    changed = [
        new
        for new in judged
        if any((getattr(rows[int(str(new["line"]))], name) or None) != (value or None) for name, value in new.items())
    ]
    if not changed:
        return
    given = arrays(_ROWS, _JUDGED, prefix="new_")
    await session.execute(
        update(_ROWS)
        .where(_ROWS.c.import_id == import_.id, _ROWS.c.line == given.c.line)
        .values({name: given.c[name] for name in _JUDGED[1:]}),
        columns_of(changed, prefix="new_"),
    )


def _judged(row: Result, judgement: Judgement) -> dict[str, object]:
    return {
        "line": row.line,
        "verdict": judgement.verdict.value,
        "project_id": judgement.subject_id,
        "diff": [
            {"field": change.field, "before": change.before, "after": change.after, "kept": change.kept}
            for change in judgement.changes
        ],
        "is_stated": judgement.stated,
        "equal_to": judgement.equal_to,
        "problems": [*(row.problems or ()), *([judgement.finding.as_json()] if judgement.finding else [])],
    }


async def _first(session: AsyncSession, statement: TextClause, values: dict[str, object]) -> RowMapping:
    return (await session.execute(statement, values)).mappings().one()
