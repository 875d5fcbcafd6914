"""Tables of tickets."""

from uuid import UUID

from sqlalchemy import LargeBinary, false
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base


class Ticket(Base):
    """One ticket, stored as its SHA-256 only. All tickets of a survey, spent or not, are deleted at its release.

    `entered_by_organiser`: the organiser entered the person, and may have written the answer.
    """

    __tablename__ = "tickets"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(index=True)
    entered_by_organiser: Mapped[bool]
    is_spent: Mapped[bool] = mapped_column(server_default=false())
