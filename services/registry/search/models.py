"""The tables of search. The service of search writes them, in the transaction of each change of a noun."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Identity, Index, SmallInteger, Text, Uuid, func
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.types import SORT_KEY
from services.registry.db import Base


class SearchDocument(Base):
    """A project or an organisation as search knows it.

    `words` are the keys of its own texts, of its `labels` (names of its areas and topics) and of the names of the
    documents in `related_ids`. The labels and the related names have the lowest weight.
    """

    __tablename__ = "search_documents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    noun: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    slug: Mapped[str | None] = mapped_column(Text)
    name: Mapped[dict[str, str]]
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    labels: Mapped[str] = mapped_column(TSVECTOR)
    related_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    words: Mapped[str] = mapped_column(TSVECTOR)
    index_version: Mapped[int] = mapped_column(SmallInteger)
    indexed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        Index("ix_search_documents_words", "words", postgresql_using="gin"),
        Index("ix_search_documents_related_ids", "related_ids", postgresql_using="gin"),
    )


class SearchWord(Base):
    """A word of some document, with which misspelt words of queries are compared; `plain` has no accents.

    Two writers at once may both enter a word: neither waits for the other, and the periodic task removes one of them.
    """

    __tablename__ = "search_words"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    word: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index("ix_search_words_word", "word"),
        Index("ix_search_words_plain", "plain", postgresql_using="gin", postgresql_ops={"plain": "gin_trgm_ops"}),
    )
