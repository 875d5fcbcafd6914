"""Tables of organisations."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.ids import new_id
from services.kernel.data.types import SORT_KEY
from services.kernel.web.etags import Versioned
from services.registry.db import Base


class Organisation(Versioned, Base):
    """One organisation under its present name."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[dict[str, str]]
    # The name in its first language, by which imports recognise the organisation.
    sort_name: Mapped[str] = mapped_column(Text)
    # Of the same text, by which lists sort.
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    # The words of the names and abbreviations, by which forms offer the organisation as one types.
    typed_key: Mapped[str] = mapped_column(Text)
    business_id: Mapped[str | None] = mapped_column(Text, unique=True)
    # Entered by persons alone: `mail_domains` in their normal form, `areas` as {scheme, code}.
    abbreviations: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    mail_domains: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    areas: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    # The organisation that answers in its place, which is never merged itself.
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    # The fields that come from lists alone. An edit takes its fields out: then lists do not change them any more.
    listed_fields: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        Index("ix_organisations_sort_key_id", "sort_key", "id"),
        Index(
            "ix_organisations_typed_key",
            "typed_key",
            postgresql_using="gin",
            postgresql_ops={"typed_key": "gin_trgm_ops"},
        ),
    )


class ImportedName(Base):
    """A name under which the list of an import names an organisation, with the number beside it.

    The row stands until the import is undone.
    """

    __tablename__ = "imported_names"

    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    # The name in lower case.
    name_key: Mapped[str] = mapped_column(Text, primary_key=True)
    spelling: Mapped[str] = mapped_column(Text, primary_key=True)
    # Empty where the list gives no number beside the name.
    business_id: Mapped[str] = mapped_column(Text, primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    list_kind: Mapped[str] = mapped_column(Text)
    list_on: Mapped[date]
    row_count: Mapped[int] = mapped_column(Integer)
    stated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (Index(None, "name_key"),)
