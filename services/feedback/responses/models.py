"""Tables of answers: no time, no order, no ticket, no address."""

from uuid import UUID

from sqlalchemy import Index, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base
from services.kernel.data.types import JsonObject


class Answer(Base):
    """One person's answers to one survey.

    Neither language nor version is stored: the only Swedish answer among thirty Finnish ones would name its author.
    No foreign key: every row is rewritten with each new answer, and the survey is locked anyway.
    """

    __tablename__ = "answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID]
    # The rows of one shard are rewritten together. The shard is random, and drawn again when the shards are doubled.
    shard: Mapped[int] = mapped_column(SmallInteger)
    # Question id → value. Null: the person skipped the question. Absent: their wording did not ask it.
    given: Mapped[JsonObject] = mapped_column(JSONB)

    __table_args__ = (Index("ix_answers_survey_id_shard", "survey_id", "shard"),)
