"""Tables of imports."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.ids import new_id
from services.registry.db import Base


class Import(Base):
    """One file on its way into the register; once applied, the batch that revisions name."""

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    file_name: Mapped[str | None] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    # The person who uploaded it, and its owners: the writers of the whole register, or these coordinations.
    # It changes no more than they may.
    author: Mapped[str] = mapped_column(Text)
    writes_all: Mapped[bool]
    coordinations: Mapped[list[str]]
    # The leading project that is to coordinate the new ones.
    coordinated_by: Mapped[UUID | None]
    # Every line of the file; without the ignored ones they are rows.
    lines_total: Mapped[int | None] = mapped_column(Integer)
    rows_total: Mapped[int | None] = mapped_column(Integer)
    rows_done: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    warnings: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    sums: Mapped[dict[str, str]] = mapped_column(server_default=text("'{}'::jsonb"))
    # What the file says of itself: its day, the sheet that is read, the other sheets, the columns without a meaning.
    list_on: Mapped[date | None]
    sheet: Mapped[str | None] = mapped_column(Text)
    other_sheets: Mapped[list[dict[str, object]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    ignored_columns: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    # The projects that stay after the undo because persons have spoken of them.
    kept: Mapped[int | None] = mapped_column(Integer)
    failure: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    analysed_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "created_at", "id"),)


class ImportFile(Base):
    """A part of the uploaded file, until it is analysed. In parts, no copy of a whole file is made on its way."""

    __tablename__ = "import_files"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRow(Base):
    """One line of the file: its values, its problems and its verdict. A line that is no row has its text."""

    __tablename__ = "import_rows"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    verdict: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    values: Mapped[dict[str, str]]
    problems: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    # The line as it stands in the file, where it is no row or its cells cannot be separated.
    line_text: Mapped[str | None] = mapped_column(Text)
    diff: Mapped[list[dict[str, object]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    project_id: Mapped[UUID | None]
    # Whether the import states the row: not where the author may not change what it means.
    is_stated: Mapped[bool] = mapped_column(server_default=text("true"))
    # The statement of the list of this day that says the same already, by its sequence.
    equal_to: Mapped[int | None] = mapped_column(BigInteger)
    # The import was undone, and the row's project stays because a person has spoken of it.
    kept: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (Index(None, "import_id", "code"), Index(None, "import_id", "verdict", "line"))
