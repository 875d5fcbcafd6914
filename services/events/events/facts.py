"""Facts that follow from an event's row, as SQL: by the database's clock and by Helsinki days."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, case, cast, extract, func, literal_column, or_, true

from services.contracts.measures import Qualifier
from services.contracts.periods import HELSINKI, Period
from services.contracts.vocabulary import EventKind, EventKinds

from .deadlines import CLOSES_AT
from .models import Event
from .terms import EventStatus, PublicationStatus, RegistrationState, WaitingList

JUNE = 6
Instant = datetime | ColumnElement[datetime]
NOW: ColumnElement[datetime] = func.clock_timestamp()

_NONE: ColumnElement[int] = literal_column("0", Integer)
# The seats for new persons: none while others wait. Null means any number.
SEATS_LEFT: ColumnElement[int | None] = case(
    (Event.waiting_count > 0, _NONE),
    (Event.capacity.is_not(None), func.greatest(Event.capacity - Event.confirmed_count, _NONE)),
)
# The free places on the waiting list. Null means any number.
PLACES_LEFT: ColumnElement[int | None] = case(
    (Event.waiting_list != WaitingList.auto, _NONE),
    (Event.waiting_capacity.is_not(None), func.greatest(Event.waiting_capacity - Event.waiting_count, _NONE)),
)
OPENED = or_(Event.registration_opens_at.is_(None), Event.registration_opens_at <= NOW)
CLOSED = or_(
    Event.event_status == EventStatus.postponed,
    Event.publication_status == PublicationStatus.archived,
    func.coalesce(CLOSES_AT, Event.starts_at) <= NOW,
)
# While an event is postponed it has no valid date, so it has neither begun nor ended.
HAS_ENDED = and_(Event.event_status != EventStatus.postponed, Event.ends_at <= NOW)
IS_DRAFT = Event.publication_status == PublicationStatus.draft
IS_CANCELLED = Event.event_status == EventStatus.cancelled
# Staff may add people to such an event at any time, all others only in its registration window.
IS_ACTIVE = and_(~IS_CANCELLED, ~IS_DRAFT)
IN_WINDOW = and_(Event.registration_required, OPENED, ~CLOSED)


def is_postponed(event: Event) -> bool:
    """Return whether the event has no valid date: its times are those before it was postponed."""
    return event.event_status == EventStatus.postponed


def valid_start(event: Event) -> datetime | None:
    """Return the start of the event, or None while it is postponed."""
    return None if is_postponed(event) else event.starts_at


def are_left(left: ColumnElement[int | None], count: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Return whether `SEATS_LEFT` or `PLACES_LEFT` is at least `count`."""
    return func.coalesce(left >= count, true())


REGISTRATION_STATE: ColumnElement[str] = case(
    (IS_CANCELLED, RegistrationState.cancelled),
    (Event.registration_required.is_(False), RegistrationState.none_required),
    (IS_DRAFT, RegistrationState.not_open),
    (CLOSED, RegistrationState.closed),
    (~OPENED, RegistrationState.not_open),
    (are_left(SEATS_LEFT, 1), RegistrationState.open),
    (are_left(PLACES_LEFT, 1), RegistrationState.open_waitlist),
    else_=RegistrationState.full,
)
OPENS_IN_SECONDS = case(
    (
        and_(REGISTRATION_STATE.in_([RegistrationState.not_open]), Event.registration_opens_at > NOW),
        cast(func.ceil(extract("epoch", Event.registration_opens_at - NOW)), BigInteger),
    ),
    else_=None,
)
# The people who came besides the names. Null heads were not counted.
HEADS = func.coalesce(Event.heads_onsite, 0) + func.coalesce(Event.heads_online, 0)
# The number of people who came: persons and heads are parts of one figure.
PARTICIPANTS = Event.attended_count + HEADS
# Whether people were marked as attended, or heads were recorded.
IS_COUNTED = or_(Event.attended_count > 0, Event.heads_onsite.is_not(None), Event.heads_online.is_not(None))
# Whether some of its people were counted roughly, or up to a number that more came than.
IS_ABOUT = and_(HEADS > 0, Event.heads_qualifier == Qualifier.about)
IS_OVER = and_(HEADS > 0, Event.heads_qualifier == Qualifier.over)
HAS_CALL = func.cardinality(Event.call_ids) > 0
# The calls of an event as rows to join to it, one each.
CALLS = func.unnest(Event.call_ids).table_valued("call_id").render_derived(name="calls")
HAS_OUTCOME = Event.outcome_marked_at.is_not(None)
# In Helsinki time. An event that ends at midnight belongs to the day that ends.
LAST_MOMENT = func.timezone(HELSINKI.key, Event.ends_at - timedelta(microseconds=1))
# The half-year that an event counts in: the native period of every figure.
HALF_YEAR = (extract("year", LAST_MOMENT), extract("month", LAST_MOMENT) <= JUNE)


def held_at(now: Instant) -> ColumnElement[bool]:
    """Return events that were published, are neither cancelled nor postponed, and have ended by then."""
    happens = Event.event_status.not_in([EventStatus.cancelled, EventStatus.postponed])
    return and_(~IS_DRAFT, happens, Event.ends_at <= now)


HELD = held_at(NOW)


def is_of(kinds: EventKinds) -> ColumnElement[bool]:
    """Return events of any of the kinds."""
    return or_(*map(_is_a, kinds.kinds)) if kinds.kinds else true()


def _is_a(kind: EventKind) -> ColumnElement[bool]:
    is_type = Event.type == kind.type
    return is_type if kind.scope is None else and_(is_type, Event.scope == kind.scope)


def ends_in(period: Period) -> ColumnElement[bool]:
    """Return events whose last Helsinki day is in the period."""
    return ends_between(period.starts_at, period.ends_at)


def ends_between(starts_at: Instant, ends_at: Instant) -> ColumnElement[bool]:
    """Return events whose last day is between the two midnights. An event until midnight ends on the day before it."""
    return and_(Event.ends_at > starts_at, Event.ends_at <= ends_at)
