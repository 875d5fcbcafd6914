"""The nouns whose lists are imported: each brings its formats, its fields and its judgement in its own package."""

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Select, Table
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.security.auth import Principal
from services.registry.nouns.rows import Applied, Batch, Judgement, ListRow, RowFormat, RowReader, TakenBack
from services.registry.projects import importing as projects
from services.registry.projects.list_formats import FORMATS as PROJECT_FORMATS

from .reading.formats import ListFormat
from .repair import repair
from .terms import Format


class Rows(Protocol):
    """The rows of one import, which their noun judges and then applies, a chunk at a time."""

    async def judge(self, session: AsyncSession, rows: Sequence[ListRow]) -> list[Judgement]:
        """Return the verdict on each row: what applying it alone would change of what is shown."""

    async def apply(self, session: AsyncSession, rows: Sequence[ListRow]) -> Applied:
        """State the rows, and show what follows of it. Raises EnteredMeanwhile."""


class Importer(Protocol):
    """A noun of which lists have rows. `TABLES` are those that judging and applying the rows joins."""

    TABLES: tuple[Table, ...]

    async def row_reader(self, session: AsyncSession, name: str) -> RowReader:
        """Return the reader of the rows of a format."""

    async def coordination(self, session: AsyncSession, principal: Principal, ref: str) -> UUID:
        """Return the project that is to coordinate the new ones. Raises: Forbidden, UnknownProject."""

    async def hold(self, session: AsyncSession, batch: Batch, numbers: Select[str | None]) -> None:
        """Lock what the numbers mean until the transaction ends."""

    async def begin(self, session: AsyncSession, batch: Batch) -> Rows:
        """Return the means to judge and apply the rows of an import."""

    async def enter_organisations(self, session: AsyncSession, batch: Batch) -> None:
        """Enter the organisations that only the list names. Requires: its rows are judged."""

    async def take_back(self, session: AsyncSession, batch: Batch, *, author: str, named: Select[UUID]) -> TakenBack:
        """Take what the import states away, and show what the other sources say. The `named` organisations stay."""


def _readable(known: RowFormat) -> ListFormat:
    return ListFormat(
        known.name,
        known.columns,
        needed=known.needed,
        required=known.required,
        key=known.key,
        # Only this list is published with commas that were never quoted.
        repair=repair if known.name == Format.esr_2007_2013_raw else None,
    )


FORMATS: Final[dict[Format, ListFormat]] = {Format(known.name): _readable(known) for known in PROJECT_FORMATS}


_NOUNS: Final[dict[Format, Importer]] = {Format(known.name): projects for known in PROJECT_FORMATS}


def importer_of(file_format: str) -> Importer:
    """Return the noun of the format's rows."""
    return _NOUNS[Format(file_format)]
