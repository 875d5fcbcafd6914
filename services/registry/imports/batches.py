"""An import as its noun sees it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, Text, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import Grant, Role, Scope
from services.kernel.data.rows import among
from services.kernel.security.auth import Principal
from services.registry.nouns.rows import Batch, ListRow
from services.registry.nouns.terms import Verdict
from services.registry.statistics import MANY_ROWS

from .models import Import, ImportRow

NO_ROWS = (Verdict.rejected, Verdict.ignored)


def batch_of(import_: Import) -> Batch:
    """Return the import with the rights that its author had when the file was uploaded."""

    def named(name: str, number: str | None) -> Select[str, str | None, int]:
        text = ImportRow.values[name].astext
        beside = ImportRow.values[number].astext if number else literal(None, Text)
        return (
            select(text, beside, func.count())
            .where(
                ImportRow.import_id == import_.id,
                ImportRow.verdict.not_in(NO_ROWS),
                ImportRow.is_stated,
                text.is_not(None),
            )
            .group_by(text, beside)
        )

    async def rows_of(session: AsyncSession, keys: Collection[str]) -> list[ListRow]:
        found = await session.execute(
            select(ImportRow.line, ImportRow.code, ImportRow.values, ImportRow.equal_to)
            .where(
                ImportRow.import_id == import_.id,
                among(ImportRow.code, keys),
                ImportRow.verdict.not_in(NO_ROWS),
            )
            .order_by(ImportRow.line)
        )
        return [ListRow(row.line, row.code or "", row.values, equal_to=row.equal_to) for row in found]

    if import_.list_on is None:
        raise ValueError(import_.id)
    return Batch(
        id=import_.id,
        format=import_.format,
        list_on=import_.list_on,
        author=_author(import_),
        coordinated_by=import_.coordinated_by,
        named=named,
        rows_of=rows_of,
    )


def has_many_rows(import_: Import) -> bool:
    """Return whether the import is worth new statistics of the tables with which its rows are joined."""
    return (import_.rows_total or 0) >= MANY_ROWS


def _author(import_: Import) -> Principal:
    own = [Grant(Role.coordinator, coordination_id=UUID(text_id)) for text_id in import_.coordinations]
    everywhere = [Grant(Role.coordinator)] if import_.writes_all else []
    return Principal(import_.author, frozenset({Scope.registry_write}), (*own, *everywhere))
