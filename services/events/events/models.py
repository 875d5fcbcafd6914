"""Tables of events."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base
from services.kernel.data.ids import new_id
from services.kernel.data.types import SORT_KEY, Seconds
from services.kernel.web.etags import Versioned


class Event(Versioned, Base):
    """One event: its facts, its registration window, and the counters that guard its seats.

    At every commit `confirmed_count` = confirmed registrations, `waiting_count` = waitlisted ones, and `attended_count`
    = persons who came.
    """

    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    coordination_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(Text)
    title: Mapped[dict[str, str]]
    # Of the title in the first language it has.
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    description: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    publication_status: Mapped[str] = mapped_column(Text, default="draft", server_default=text("'draft'"))
    event_status: Mapped[str] = mapped_column(Text, default="scheduled", server_default=text("'scheduled'"))
    cancel_reason: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    # 'invented' for demonstration data.
    marked_as: Mapped[str | None] = mapped_column(Text)

    scope: Mapped[str] = mapped_column(Text)
    areas: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    themes: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    target_groups: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    languages: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    call_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default=text("'{}'"))
    project_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default=text("'{}'"))
    practice_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default=text("'{}'"))

    mode: Mapped[str] = mapped_column(Text)
    venue: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    address: Mapped[str | None] = mapped_column(Text)
    # Secret: only staff and confirmed persons get it.
    join_url: Mapped[str | None] = mapped_column(Text)

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(Text)
    # Its start before it was last rescheduled.
    previous_starts_at: Mapped[datetime | None]

    registration_required: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    registration_opens_at: Mapped[datetime | None]
    # A deadline is an instant or a time before the start (`deadlines.py`).
    registration_closes_at: Mapped[datetime | None]
    registration_closes_before_start: Mapped[timedelta | None] = mapped_column(
        "registration_closes_before_seconds", Seconds
    )
    cancel_until_at: Mapped[datetime | None]
    cancel_until_before_start: Mapped[timedelta | None] = mapped_column("cancel_until_before_seconds", Seconds)
    promote_until_before_start: Mapped[timedelta | None] = mapped_column("promotes_until_before_seconds", Seconds)
    capacity: Mapped[int | None] = mapped_column(Integer)
    waiting_list: Mapped[str] = mapped_column(Text, default="off", server_default=text("'off'"))
    waiting_capacity: Mapped[int | None] = mapped_column(Integer)
    # Public: where people ask the organiser.
    contact_email: Mapped[str | None] = mapped_column(Text)
    wants_feedback: Mapped[bool] = mapped_column(default=True, server_default=text("true"))

    # Immutable; `ical_sequence` rises when time, place or status change, never for a typo.
    ical_uid: Mapped[str] = mapped_column(Text, unique=True)
    ical_sequence: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    # Rises when facts change that mails name; the facts before are rows of `PastFacts`.
    facts_revision: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    # When the registered persons are mailed a change of these facts; null when they have been.
    news_due_at: Mapped[datetime | None]

    confirmed_count: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    waiting_count: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    cancelled_count: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    # The persons who came, and those of them who are known to have come on site or online to a hybrid event.
    attended_count: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    attended_onsite_count: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    attended_online_count: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    # The people who came besides these persons, counted without names; null where none were counted. Without a
    # qualifier the count is exact.
    heads_onsite: Mapped[int | None] = mapped_column(Integer)
    heads_online: Mapped[int | None] = mapped_column(Integer)
    heads_qualifier: Mapped[str | None] = mapped_column(Text)
    heads_by_kind: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    # When its outcome was last written down; null: never.
    outcome_marked_at: Mapped[datetime | None]
    # The last queue position given. Positions have no gaps, because the row that counts them is locked.
    queue_tail: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))

    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("capacity IS NULL OR capacity BETWEEN 0 AND 100000", name="capacity"),
        CheckConstraint("confirmed_count >= 0", name="confirmed_count"),
        CheckConstraint("waiting_count >= 0", name="waiting_count"),
        CheckConstraint("cancelled_count >= 0", name="cancelled_count"),
        CheckConstraint("attended_count >= 0", name="attended_count"),
        CheckConstraint(
            "attended_onsite_count >= 0 AND attended_online_count >= 0"
            " AND attended_onsite_count + attended_online_count <= attended_count",
            name="attended_by_mode",
        ),
        CheckConstraint("heads_onsite >= 0 AND heads_online >= 0", name="heads"),
        CheckConstraint(
            "heads_onsite IS NOT NULL OR heads_online IS NOT NULL"
            " OR (heads_qualifier IS NULL AND heads_by_kind IS NULL)",
            name="heads_recorded",
        ),
        CheckConstraint("heads_qualifier IN ('exact', 'about', 'over')", name="heads_qualifier"),
        CheckConstraint("type <> 'major_region_event' OR scope = 'regional'", name="regional"),
        CheckConstraint("queue_tail >= waiting_count", name="queue_tail"),
        CheckConstraint(
            "registration_closes_at IS NULL OR registration_closes_before_seconds IS NULL", name="closes_once"
        ),
        CheckConstraint("cancel_until_at IS NULL OR cancel_until_before_seconds IS NULL", name="cancel_until_once"),
        CheckConstraint("registration_closes_before_seconds >= 0", name="registration_closes_before_seconds"),
        CheckConstraint("cancel_until_before_seconds >= 0", name="cancel_until_before_seconds"),
        CheckConstraint("promotes_until_before_seconds >= 0", name="promotes_until_before_seconds"),
        Index("ix_events_coordination_id_ends_at", "coordination_id", "ends_at"),
        Index("ix_events_starts_at_id", "starts_at", "id"),
        Index("ix_events_sort_key_id", "sort_key", "id"),
        Index("ix_events_news_due_at", "news_due_at", postgresql_where=text("news_due_at IS NOT NULL")),
    )


class PastFacts(Base):
    """The facts of an event that mails name, as they were at an earlier revision."""

    __tablename__ = "past_event_facts"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    facts: Mapped[dict[str, object]] = mapped_column(JSONB)
    replaced_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
