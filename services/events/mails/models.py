"""Tables of mails."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base
from services.kernel.background.leased import STATES, WAITING, LeasedRow
from services.kernel.data.ids import new_private_id


class Mail(LeasedRow, Base):
    """One mail to one person, waiting or sent. When it is sent, name and address of the person are emptied."""

    __tablename__ = "mails"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_private_id)
    kind: Mapped[str] = mapped_column(Text)
    registration_id: Mapped[UUID | None]
    event_id: Mapped[UUID]
    # `registration:kind:revision`: the same notification is queued once.
    dedupe_key: Mapped[str] = mapped_column(Text, unique=True)
    to_address: Mapped[str | None] = mapped_column(Text)
    to_name: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    # Whether the event has been in the person's calendar: they have a seat, or had one until they cancelled.
    is_invited: Mapped[bool]
    # Of the registration. The event's part of the SEQUENCE is read when the mail is sent, together with its facts.
    ical_uid: Mapped[str] = mapped_column(Text)
    ical_sequence: Mapped[int] = mapped_column(Integer)
    survey_id: Mapped[UUID | None]
    # The place on the waiting list when the mail was queued, 1 is the first; null for a person with a seat.
    queue_place: Mapped[int | None] = mapped_column(Integer)
    # Why the organiser cancelled the registration. It is emptied when the mail is sent.
    reason: Mapped[str | None] = mapped_column(Text)
    # The revision of the event's facts that the person knew when a mail about a change was queued.
    before_revision: Mapped[int | None] = mapped_column(Integer)
    # The revision of the event's facts that the mail showed when it was sent.
    shown_revision: Mapped[int | None] = mapped_column(Integer)
    queued_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(STATES, name="state"),
        Index("ix_mails_waiting", "due_at", postgresql_where=text(WAITING)),
        # To find the mails to the same address that must be sent before this one.
        Index("ix_mails_order", "event_id", "to_address", postgresql_where=text(WAITING)),
        Index("ix_mails_registration_id", "registration_id"),
        # To count the persons who were invited.
        Index("ix_mails_invitations", "event_id", postgresql_where=text("kind = 'feedback_invitation'")),
    )


class MailSecret(Base):
    """The secret of the link in a mail that waits, stored in plain text here alone; deleted when it is sent or parked.

    The table is small and holds nothing else, so that it can be rewritten: deleted secrets leave its file as well.
    """

    __tablename__ = "mail_secrets"

    mail_id: Mapped[UUID] = mapped_column(ForeignKey("mails.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)


class SecretDeletion(Base):
    """A statement that deleted secrets, until their table is rewritten."""

    __tablename__ = "mail_secret_deletions"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
