"""Tables of registrations."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    column,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base
from services.events.organisations.joining import mail_domain_of
from services.kernel.data.ids import new_private_id
from services.kernel.data.types import SORT_KEY
from services.kernel.web.etags import Versioned

from .terms import State, calendar_uid

# The rule of joining compares the same domain, so that a changed organisation finds the rows that it may join.
_MAIL_DOMAIN: Final = mail_domain_of(column("email", Text()))


class _Insert(Protocol):
    def get_current_parameters(self) -> Mapping[str, UUID]: ...


def _calendar_uid(insert: _Insert) -> str:
    return calendar_uid(insert.get_current_parameters()["id"])


class Registration(Versioned, Base):
    """One person at one event. A cancelled row stays; registering again adds a row at the end of the waiting list."""

    __tablename__ = "registrations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_private_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    state: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    # Of the name, which it ends with: no answer and no message shows it, and it is erased with the name.
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    # Null for a walk-in who gave none, and so gets no mail.
    email: Mapped[str | None] = mapped_column(Text)
    # SHA-256 of the normalised e-mail and name, by which a person is recognised at one event (`terms.person_key`).
    person_key: Mapped[bytes] = mapped_column(LargeBinary)
    # The organisation as the person wrote it, and the same as spellings are compared.
    organisation: Mapped[str | None] = mapped_column(Text)
    organisation_key: Mapped[str | None] = mapped_column(Text)
    mail_domain: Mapped[str | None] = mapped_column(Text, Computed(_MAIL_DOMAIN, persisted=True))
    # The organisation or the project that the person chose among the public ones.
    chosen_organisation_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None]
    # The organisation that all this joins the person to (`organisations.joining`); null while it is not known.
    organisation_id: Mapped[UUID | None]
    # As the person said it; where an organisation is joined, its own kind counts.
    organisation_kind: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    # How the person takes part in a hybrid event.
    mode: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    # The party that gave the address: staff did for walk-ins, for registrations by staff and for corrected addresses.
    entered_by: Mapped[str] = mapped_column(Text)
    # The reason why staff gave the person a seat beyond the capacity.
    force_reason: Mapped[str | None] = mapped_column(Text)
    queue_position: Mapped[int | None] = mapped_column(Integer)
    cancelled_by: Mapped[str | None] = mapped_column(Text)
    # Why the organiser cancelled it, as the person was told.
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    # Of the person's calendar entry. Immutable: whoever cancels and registers again has a new row with a new UID.
    ical_uid: Mapped[str] = mapped_column(Text, unique=True, default=_calendar_uid)
    # Added to the event's `ical_sequence` it is the SEQUENCE: 0 when the person gets the seat, 1 more by a CANCEL and
    # 2 more by a corrected address: a CANCEL to the earlier address, then the entry to the new one.
    ical_sequence: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    # Whether the person attended, as marked last. It never changes the registration, nor the registration it.
    attendance: Mapped[str] = mapped_column(Text, default="unknown", server_default=text("'unknown'"))
    attendance_marked_at: Mapped[datetime | None]
    # Whether this row stands for its person: the live one, else the latest. Attendance and counts go by these rows.
    is_standing: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    # The attendance that the row had when a correction joined it to another person: theirs again when they are parted.
    attendance_set_aside: Mapped[str | None] = mapped_column(Text)
    consented_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('confirmed', 'waitlisted', 'cancelled')", name="state"),
        CheckConstraint("email IS NOT NULL OR origin = 'walk_in'", name="email"),
        CheckConstraint("entered_by IN ('person', 'organiser')", name="entered_by"),
        CheckConstraint("state <> 'waitlisted' OR queue_position IS NOT NULL", name="queue_position"),
        CheckConstraint("(state = 'cancelled') = (cancelled_by IS NOT NULL)", name="cancelled_by"),
        CheckConstraint(
            "attendance IN ('unknown', 'attended', 'partially_attended', 'no_show', 'excused')", name="attendance"
        ),
        # A statement that changes or erases the name and forgets its key fails.
        CheckConstraint("right(sort_key, length(name)) = name", name="sort_key"),
        CheckConstraint("is_standing OR (state = 'cancelled' AND attendance = 'unknown')", name="standing"),
        CheckConstraint("attendance_set_aside IS NULL OR NOT is_standing", name="attendance_set_aside"),
        # One row stands for a person. A live one always does, so a person has one live registration at an event.
        Index(
            "uq_registrations_standing_person",
            "event_id",
            "person_key",
            unique=True,
            postgresql_where=text("is_standing"),
        ),
        Index(
            "uq_registrations_queue",
            "event_id",
            "queue_position",
            unique=True,
            postgresql_where=text("state = 'waitlisted'"),
        ),
        # To find the earlier rows of a person, which are cancelled.
        Index(
            "ix_registrations_cancelled_person", "event_id", "person_key", postgresql_where=text("state = 'cancelled'")
        ),
        # The attendees, for the counts and the feedback invitations.
        Index(
            "ix_registrations_present",
            "event_id",
            postgresql_where=text("attendance IN ('attended', 'partially_attended')"),
        ),
        Index("ix_registrations_event_id_created_at_id", "event_id", "created_at", "id"),
        # To find the rows that a decided spelling or a changed organisation may join.
        *(
            Index(f"ix_registrations_{name}", name, postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("organisation_key", "mail_domain", "chosen_organisation_id", "project_id")
        ),
    )

    @property
    def is_invited(self) -> bool:
        """Whether the person has a seat, or had one until they cancelled."""
        return self.state == State.confirmed or self.confirmed_at is not None


class RegistrationLink(Base):
    """A secret with which a person manages a registration, stored as a hash. A registration may have several."""

    __tablename__ = "registration_links"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registrations.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class EventOrganisationCount(Base):
    """The people of one event who are joined to one organisation, or wait under one spelling, counted with each change.

    `registered` counts live registrations, `attended` people who were present.
    """

    __tablename__ = "event_organisation_counts"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    organisation_id: Mapped[UUID | None] = mapped_column()
    # A spelling that is not joined.
    organisation_key: Mapped[str | None] = mapped_column(Text)
    registered: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    attended: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))

    __table_args__ = (
        UniqueConstraint(
            "event_id",
            "organisation_id",
            "organisation_key",
            name="uq_event_organisation_counts",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("num_nonnulls(organisation_id, organisation_key) = 1", name="subject"),
        CheckConstraint("registered >= 0", name="registered"),
        CheckConstraint("attended >= 0", name="attended"),
    )
    # No primary key in the database, because one of the two is null.
    __mapper_args__ = MappingProxyType({"primary_key": (event_id, organisation_id, organisation_key)})
