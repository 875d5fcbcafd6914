"""Deadlines: until when people register, cancel and move up. Each is an instant or a time before the start.

The instants stand here twice, in Python and as SQL; `test_kind_events_invariants.py` compares them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import ColumnElement, Integer, func, type_coerce

from services.contracts.words import Phrase
from services.kernel.data.types import Column
from services.kernel.patches import merged_changes, stored_values
from services.kernel.web.errors import Invalid, InvalidField

from .models import Event
from .schemas import EventPatch

# The field of the instant and that of the time before the start. An event has one of the two at most.
PAIRS: Final = {
    "registration_closes_at": "registration_closes_before_start",
    "cancel_until_at": "cancel_until_before_start",
}

_WINDOW: Final = frozenset({"registration_opens_at", "registration_closes_at", "registration_closes_before_start"})


def _before_start(before: Column) -> ColumnElement[datetime]:
    """Return the start less the duration; null without a duration."""
    return Event.starts_at - func.make_interval(0, 0, 0, 0, 0, 0, type_coerce(before, Integer))


# Null where the event sets none: then the deadline is the start.
CLOSES_AT: ColumnElement[datetime | None] = func.coalesce(
    Event.registration_closes_at, _before_start(Event.registration_closes_before_start)
)


class _Dated(Protocol):
    """An event, or the body of a new one."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def registration_opens_at(self) -> datetime | None: ...
    @property
    def registration_closes_at(self) -> datetime | None: ...
    @property
    def registration_closes_before_start(self) -> timedelta | None: ...
    @property
    def cancel_until_at(self) -> datetime | None: ...
    @property
    def cancel_until_before_start(self) -> timedelta | None: ...


@dataclass(frozen=True, slots=True)
class Instants:
    """The instants of an event; a deadline is None where the event sets none, and then it is the start."""

    starts_at: datetime
    ends_at: datetime
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    cancel_until_at: datetime | None


def instants_of(event: _Dated) -> Instants:
    """Return the instants of the event, with its deadlines as instants."""
    return Instants(
        event.starts_at,
        event.ends_at,
        event.registration_opens_at,
        _instant(event.starts_at, event.registration_closes_at, event.registration_closes_before_start),
        _instant(event.starts_at, event.cancel_until_at, event.cancel_until_before_start),
    )


def closes_at(event: Event) -> datetime | None:
    """Return the instant at which registration closes; None where the event sets none, and then it is the start."""
    return _instant(event.starts_at, event.registration_closes_at, event.registration_closes_before_start)


def cancel_until(event: Event) -> datetime:
    """Return the instant until which a person with a seat may cancel."""
    return instants_of(event).cancel_until_at or event.starts_at


def promotes_until(event: Event) -> datetime:
    """Return the instant until which waiting persons are given seats that become free."""
    return event.starts_at - (event.promote_until_before_start or timedelta(0))


def _instant(starts_at: datetime, at: datetime | None, before: timedelta | None) -> datetime | None:
    return at if before is None else starts_at - before


def changed_fields(event: Event, body: EventPatch) -> dict[str, object]:
    """Return the new values of the fields that the patch changes, with the deadlines that follow from them.

    A deadline is compared as it is read: sending back what was read changes nothing. One that is set replaces the
    other form of it. An instant that the patch does not name moves with the start by the same difference.
    Raises Invalid (both forms of a deadline are set).
    """
    read = instants_of(event)
    stored = stored_values(event, body)
    shown = {name: getattr(read, name) for name in PAIRS if name in stored}
    changed = merged_changes(body, {**stored, **shown})
    return {**changed, **dict(_following(event, body.model_fields_set, changed))}


def _following(event: Event, sent: Collection[str], changed: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for at, before in PAIRS.items():
        if changed.get(at) is not None and changed.get(before) is not None:
            raise _twice(at)
        if changed.get(before) is not None:
            yield at, None
        elif at in changed and before not in changed:
            yield before, None
    if "starts_at" in changed:
        yield from _moved(event, sent, changed)


def _moved(event: Event, sent: Collection[str], changed: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the instants that move with the start: no deadline beyond the end, no opening that is too late."""
    starts_at, ends_at = changed["starts_at"], changed.get("ends_at", event.ends_at)
    assert isinstance(starts_at, datetime)
    assert isinstance(ends_at, datetime)
    difference = starts_at - event.starts_at
    for at, before in PAIRS.items():
        instant = getattr(event, at)
        if instant is not None and at not in sent and changed.get(before) is None:
            yield at, min(instant + difference, ends_at)
    opens_at, closes_at = event.registration_opens_at, instants_of(event).registration_closes_at or event.starts_at
    if opens_at and not _WINDOW.intersection(sent) and opens_at < closes_at <= opens_at - difference:
        yield "registration_opens_at", opens_at + difference


def _twice(at: str) -> Invalid:
    """Return the failure of a deadline that is set in both of its forms."""
    return Invalid(errors=[InvalidField(f"/body/{at}", "two-deadlines", Phrase("fields.two-deadlines"))])


def check_set_once(event: _Dated) -> None:
    """Check that no deadline is set in both of its forms. Raises Invalid."""
    for at, before in PAIRS.items():
        if getattr(event, at) is not None and getattr(event, before) is not None:
            raise _twice(at)


def warnings_of(before: Instants, event: Event, *, now: datetime) -> list[InvalidField]:
    """Return what the caller should look at after a new start: deadlines that have passed or come after the start."""
    after = instants_of(event)
    if after.starts_at == before.starts_at or after.starts_at <= now:
        return []
    warnings = [warning for at in PAIRS if (warning := _warning(at, getattr(after, at), after, now=now))]
    if before.registration_opens_at != after.registration_opens_at:
        warnings.append(_said("registration_opens_at", Phrase("warnings.opening-moved")))
    return warnings


def _warning(at: str, deadline: datetime | None, after: Instants, *, now: datetime) -> InvalidField | None:
    if deadline is None:
        return None
    if deadline <= now:
        return _said(at, Phrase("warnings.deadline-passed"))
    return _said(at, Phrase("warnings.deadline-after-start")) if deadline > after.starts_at else None


def _said(field: str, message: Phrase) -> InvalidField:
    return InvalidField(f"/{field}", message.key.rpartition(".")[2], message)
