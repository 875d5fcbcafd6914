"""Every SELECT of imports."""

from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound
from services.registry.nouns.terms import Verdict
from services.registry.projects.terms import ProjectId

from .access import visible_to
from .importers import FORMATS
from .models import Import, ImportRow
from .schemas import (
    SUMMED,
    FieldDiff,
    ImportQuery,
    ImportRead,
    ImportRowQuery,
    ImportRowRead,
    OtherSheet,
    RowProblem,
    Sums,
    VerdictCounts,
)
from .terms import Format, ImportId, ImportState

# What the rows of any format may say, and how: each one is a column of the file of rows. The key has its own.
_FIELDS: Final = [name for known in FORMATS.values() for name in known.columns.values() if name not in {"", known.key}]
_VALUES: Final[dict[str, type]] = {
    **dict.fromkeys(_FIELDS, str),
    **dict.fromkeys(SUMMED, Decimal),
    **dict.fromkeys(("starts_on", "ends_on"), date),
}


def listing(principal: Principal, query: ImportQuery) -> Listing[ImportRead]:
    """Return the imports that match and that the principal may see, newest first."""
    statement = select(Import).where(visible_to(principal))
    if query.state:
        statement = statement.where(Import.state.in_(query.state))
    if query.register_format:
        statement = statement.where(Import.format.in_(query.register_format))
    return Listing(
        name="imports",
        select=statement,
        read=read,
        model=ImportRead,
        key=Import.id,
        default_sort="-created_at",
        sort_keys={"created_at": Import.created_at, "state": Import.state},
        known_members={"sums": dict.fromkeys(SUMMED, Decimal)},
    )


def rows(import_id: ImportId, query: ImportRowQuery) -> Listing[ImportRowRead]:
    """Return the import's rows that match, in the order of the file."""
    statement = select(ImportRow).where(ImportRow.import_id == import_id)
    if query.verdict:
        statement = statement.where(ImportRow.verdict.in_(query.verdict))
    if query.code:
        statement = statement.where(ImportRow.code == query.code)
    if query.kept is not None:
        statement = statement.where(ImportRow.kept.is_(query.kept))
    if query.severity:
        severe = [ImportRow.problems.contains([{"severity": severity.value}]) for severity in query.severity]
        statement = statement.where(or_(*severe))
    return Listing(
        name=f"import-{import_id}-rows",
        select=statement,
        read=read_row,
        model=ImportRowRead,
        key=ImportRow.line,
        default_sort="line",
        sort_keys={"line": ImportRow.line},
        known_members={"values": _VALUES},
    )


async def get(session: AsyncSession, principal: Principal, import_id: ImportId) -> Import:
    """Return one import that the principal may see. Raises NotFound."""
    import_: Import | None = await session.scalar(select(Import).where(Import.id == import_id, visible_to(principal)))
    if import_ is None:
        raise NotFound
    return import_


async def get_for_change(session: AsyncSession, principal: Principal, import_id: ImportId) -> Import:
    """Return one import that the principal may see, locked until the transaction ends. Raises NotFound."""
    import_: Import | None = await session.scalar(
        select(Import).where(Import.id == import_id, visible_to(principal)).with_for_update()
    )
    if import_ is None:
        raise NotFound
    return import_


def read(row: Import) -> ImportRead:
    """Return an import in the form of answers."""
    return ImportRead(
        id=ImportId(row.id),
        file_name=row.file_name,
        format=Format(row.format),
        state=ImportState(row.state),
        sha256=row.sha256.hex(),
        list_on=row.list_on,
        coordinated_by=ProjectId(row.coordinated_by) if row.coordinated_by else None,
        sheet=row.sheet,
        other_sheets=[OtherSheet.model_validate(sheet) for sheet in row.other_sheets],
        ignored_columns=row.ignored_columns,
        lines_total=row.lines_total,
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        counts=VerdictCounts.model_validate(row.counts) if row.counts else None,
        warnings=row.warnings,
        sums=Sums.model_validate({name: row.sums.get(name) for name in SUMMED}),
        kept=row.kept,
        failure=row.failure,
        created_at=row.created_at,
        analysed_at=row.analysed_at,
        applied_at=row.applied_at,
        undone_at=row.undone_at,
    )


def read_row(row: ImportRow) -> ImportRowRead:
    """Return a row in the form of answers."""
    return ImportRowRead(
        line=row.line,
        verdict=Verdict(row.verdict),
        code=row.code,
        name=row.values.get("name"),
        project_id=row.project_id,
        kept=row.kept,
        diff=[FieldDiff.model_validate(diff) for diff in row.diff],
        problems=[RowProblem.model_validate(problem) for problem in row.problems],
        values=row.values,
        text=row.line_text,
    )
