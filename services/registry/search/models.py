"""The table of search. Triggers on the tables of the nouns keep it current, in the transaction of each change."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, func
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.types import SORT_KEY
from services.registry.db import Base


class SearchDocument(Base):
    """A project or an organisation as search knows it. `plain`: its names in lower case and without accents."""

    __tablename__ = "search_documents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    noun: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    slug: Mapped[str | None] = mapped_column(Text)
    name: Mapped[dict[str, str]]
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    plain: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(TSVECTOR)
    indexed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        Index("ix_search_documents_words", "words", postgresql_using="gin"),
        Index(
            "ix_search_documents_plain",
            "plain",
            postgresql_using="gin",
            postgresql_ops={"plain": "gin_trgm_ops"},
        ),
    )
