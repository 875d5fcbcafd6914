"""Tables of tickets. A spent ticket leaves no row."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base


class TicketBatch(Base):
    """How many people were invited together, so that asking for their tickets again invites nobody twice."""

    __tablename__ = "ticket_batches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    issued_count: Mapped[int]

    __table_args__ = (CheckConstraint("issued_count > 0", name="issued_count"),)


class Ticket(Base):
    """One unspent ticket, known by its SHA-256 only. It is deleted when it is spent.

    Its batch is not kept: of a batch of one, everybody would know whether that person has answered.
    """

    __tablename__ = "tickets"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(index=True)
