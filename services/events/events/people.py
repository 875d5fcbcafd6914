"""People at an event: the counters of persons on its row, and the heads that were counted besides the names."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.clock import database_now, helsinki_day

from .errors import EventDayAhead
from .models import Event
from .terms import EventMode, EventStatus, HeadsQualifier


@dataclass(frozen=True, slots=True)
class PersonCounts:
    """Numbers of persons who attended, or changes of them: all, and those of a hybrid event whose mode is known."""

    attended: int = 0
    attended_onsite: int = 0
    attended_online: int = 0

    def minus(self, other: "PersonCounts") -> "PersonCounts":
        """Return the change from the other numbers to these."""
        return PersonCounts(
            self.attended - other.attended,
            self.attended_onsite - other.attended_onsite,
            self.attended_online - other.attended_online,
        )


@dataclass(frozen=True, slots=True)
class Heads:
    """The people who came besides the names; None stands for a mode, or a split, that was not counted."""

    onsite: int | None = None
    online: int | None = None
    qualifier: HeadsQualifier | None = None
    by_organisation_kind: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class ModeParticipants:
    """The participants by how they took part; `unknown` is the number of persons at a hybrid event without a mode."""

    onsite: int
    online: int
    unknown: int


def count_persons(event: Event, change: PersonCounts) -> None:
    """Add a change to the counters of the event. Requires: the caller holds the event's lock."""
    event.attended_count += change.attended
    event.attended_onsite_count += change.attended_onsite
    event.attended_online_count += change.attended_online


def record_heads(event: Event, heads: Heads) -> None:
    """Replace the recorded heads of the event. Requires: the caller holds the event's lock."""
    event.heads_onsite, event.heads_online = heads.onsite, heads.online
    event.heads_qualifier = heads.qualifier
    event.heads_by_kind = dict(heads.by_organisation_kind) if heads.by_organisation_kind is not None else None


def heads_of(event: Event) -> int | None:
    """Return the number of heads; None where none were recorded. The SQL of it is `facts.HEADS`."""
    counted = [count for count in (event.heads_onsite, event.heads_online) if count is not None]
    return sum(counted) if counted else None


def heads_by_mode(event: Event) -> dict[str, int | None] | None:
    """Return the heads on site and online; None where none were recorded."""
    return None if heads_of(event) is None else {"onsite": event.heads_onsite, "online": event.heads_online}


def heads_qualifier(event: Event) -> HeadsQualifier | None:
    """Return how exactly the heads were counted; None where none were recorded."""
    return None if heads_of(event) is None else HeadsQualifier(event.heads_qualifier or HeadsQualifier.exact)


def participants(event: Event) -> int:
    """Return the number of people who came: persons and heads. The SQL of it is `facts.PARTICIPANTS`."""
    return event.attended_count + (heads_of(event) or 0)


def participants_qualifier(event: Event) -> HeadsQualifier | None:
    """Return the qualifier of the number of participants; None for an exact one, also where no head was counted."""
    qualifier = heads_qualifier(event) if heads_of(event) else None
    return None if qualifier is HeadsQualifier.exact else qualifier


def participants_by_mode(event: Event) -> ModeParticipants:
    """Return persons and heads by mode. At an event of one mode, every person took part in that mode."""
    persons = {
        EventMode.onsite: (event.attended_count, 0),
        EventMode.online: (0, event.attended_count),
        EventMode.hybrid: (event.attended_onsite_count, event.attended_online_count),
    }
    onsite, online = persons[EventMode(event.mode)]
    return ModeParticipants(
        onsite=onsite + (event.heads_onsite or 0),
        online=online + (event.heads_online or 0),
        unknown=event.attended_count - onsite - online,
    )


async def check_day_has_come(session: AsyncSession, event: Event) -> None:
    """Check that the Helsinki day on which the event begins has come. Raises EventDayAhead.

    The day of a postponed event is not known, so it has not come.
    """
    first_on = helsinki_day(event.starts_at)
    if event.event_status == EventStatus.postponed:
        raise EventDayAhead(members={"first_on": None})
    if helsinki_day(await database_now(session)) < first_on:
        raise EventDayAhead(members={"first_on": first_on.isoformat()})
