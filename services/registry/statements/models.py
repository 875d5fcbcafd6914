"""Tables of statements."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, SmallInteger, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.background.messages import JsonValue
from services.kernel.data.ids import new_id
from services.kernel.web.etags import Versioned
from services.registry.db import Base

from .terms import Facts


class ListStatement(Base):
    """A statement of one list about one identifier. Of several with one key that of the highest sequence counts.

    The row belongs to the identifier: the project that holds it shows what is said.
    """

    __tablename__ = "list_statements"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    list_kind: Mapped[str] = mapped_column(Text)
    # The name of the list as people read it, such as "rakennerahastot.fi: hankelista 2014-2020".
    label: Mapped[str] = mapped_column(Text)
    list_on: Mapped[date]
    scheme: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    facts: Mapped[Facts] = mapped_column(JSONB)
    # The import that brought it; null where a caller named the list as the source.
    import_id: Mapped[UUID | None] = mapped_column(index=True)
    author: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        Index(None, "scheme", "value"),
        # A list that callers name as the source has one row for an identifier, to which they add.
        UniqueConstraint(
            "scheme",
            "value",
            "list_kind",
            "list_on",
            "import_id",
            postgresql_nulls_not_distinct=True,
            name="uq_list_statements_one_each",
        ),
    )


class PersonStatement(Versioned, Base):
    """A statement of a person about one field or line of a project. At most one for a field or line stands."""

    __tablename__ = "person_statements"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    # Checked at the commit: a new project's statements are stored before its row.
    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    )
    field: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    # JSON null says that there is none.
    value: Mapped[JsonValue] = mapped_column(JSONB, nullable=False)
    place: Mapped[int] = mapped_column(SmallInteger)
    author: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    known_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    # A newer statement of a person has ended it, or it was released.
    withdrawn_at: Mapped[datetime | None]
    released: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (
        Index(None, "project_id", "field"),
        Index(
            "uq_person_statements_standing",
            "project_id",
            "field",
            text("md5(key)"),
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
