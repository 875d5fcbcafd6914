"""Tables of results."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base
from services.kernel.data.types import JsonObject


class Release(Base):
    """The disclosed results of a closed survey. A release is made once.

    The headline figures have columns of their own, as sums of what was published: for a bound, the bound times `n`.
    Sums over surveys are made of these, so that no sum discloses more than its parts do. `nps_net` counts the promoters
    less the detractors. Null: not disclosed.
    """

    __tablename__ = "releases"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), primary_key=True)
    released_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    # Null where no figures were computed.
    engine: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    # People: all that were invited, and those of them that no mail reached.
    invited: Mapped[int]
    undeliverable: Mapped[int]
    # The answers that could not be opened, because the survey's key is lost.
    answers_lost: Mapped[int | None]
    n: Mapped[int | None]
    overall_n: Mapped[int | None]
    overall_sum: Mapped[Decimal | None] = mapped_column(Numeric)
    overall_bound: Mapped[str | None] = mapped_column(Text)
    nps_n: Mapped[int | None]
    nps_net: Mapped[Decimal | None] = mapped_column(Numeric)
    nps_bound: Mapped[str | None] = mapped_column(Text)
    questions: Mapped[list[JsonObject]] = mapped_column(JSONB)

    __table_args__ = (
        CheckConstraint("state IN ('released', 'hidden', 'answers_lost')", name="state"),
        CheckConstraint("(state = 'answers_lost') = (answers_lost IS NOT NULL)", name="answers_lost"),
        CheckConstraint(
            "overall_bound IN ('exact', 'at_least', 'at_most') AND nps_bound IN ('exact', 'at_least', 'at_most')",
            name="bounds",
        ),
    )


class ReleasedText(Base):
    """One text in the answerer's own words, apart from all other answers of the person."""

    __tablename__ = "texts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"))
    question_id: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_texts_survey_id_question_id", "survey_id", "question_id"),)
