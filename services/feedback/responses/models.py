"""Tables of answers: no time, no order, no ticket, no address, no content."""

from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base


class Answer(Base):
    """One person's answer to one survey, sealed. It is deleted at the release.

    No foreign key: it would lock the row of the survey for each answer.
    """

    __tablename__ = "answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
