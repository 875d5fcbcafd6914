"""Tables of tickets. A redeemed ticket leaves no row."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base


class TicketBatch(Base):
    """The people invited together, as a count, so that a repeated request for their tickets counts no person twice."""

    __tablename__ = "ticket_batches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    issued_count: Mapped[int]

    __table_args__ = (CheckConstraint("issued_count > 0", name="issued_count"),)


class Ticket(Base):
    """One unredeemed ticket, stored as its SHA-256 only. It is deleted when it is redeemed.

    Its batch is not stored: the ticket of a batch of one would disclose whether that person has answered.
    """

    __tablename__ = "tickets"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(index=True)
