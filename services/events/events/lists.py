"""The list of events: its filters, its order, and the JSON that PostgreSQL makes of its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import load_only

from services.contracts.disclosure import MIN_CELL_COUNT
from services.contracts.measures import EVENTS_OF, MeasureState
from services.contracts.periods import HELSINKI, parse_period
from services.events.coordinations.models import Coordination
from services.kernel.data.localized import picked
from services.kernel.data.types import Expression, Statement
from services.kernel.lists.json_rows import JsonRows, json_field, row_fingerprint
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import ANONYMOUS, Principal

from .access import figures_read_by, visible_to
from .deadlines import CLOSES_AT
from .facts import (
    HAS_CALL,
    HAS_OUTCOME,
    HELD,
    IS_CANCELLED,
    IS_COUNTED,
    LAST_MOMENT,
    REGISTRATION_STATE,
    SEATS_LEFT,
    ends_between,
    is_of,
)
from .models import Event
from .queries import COUNTS, EventView, plain_facts, view_columns
from .schemas import EventQuery, EventRead
from .terms import MEASURES, OVER_STATES, Lacking, as_uuid

_KEPT_LISTS: Final = 256
_TITLES = (picked(Event.title), *(Event.title[language].astext for language in ("fi", "sv", "en")))


def _texts(name: str) -> Expression:
    return any_(bindparam(name, type_=ARRAY(Text)))


def _instant(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=DateTime(timezone=True))


_LACKS: Final = {Lacking.attendance: ~IS_COUNTED, Lacking.call: ~HAS_CALL, Lacking.outcome: ~HAS_OUTCOME}
# The condition of each filter. Its values are parameters with the name of the filter, except for those of `measure`.
_CONDITIONS: Final[dict[str, ColumnElement[bool]]] = {
    "type": Event.type == _texts("type"),
    "scope": Event.scope == _texts("scope"),
    "mode": Event.mode == _texts("mode"),
    "status": Event.event_status == _texts("status"),
    "publication_status": Event.publication_status == _texts("publication_status"),
    "coordination_id": Event.coordination_id == bindparam("coordination_id", type_=Uuid()),
    "coordination_slug": Event.coordination_id.in_(
        select(Coordination.id).where(Coordination.slug == bindparam("coordination_slug", type_=Text()))
    ),
    "theme": Event.themes.op("?|", is_comparison=True)(bindparam("theme", type_=ARRAY(Text))),
    "target_group": Event.target_groups.op("?|", is_comparison=True)(bindparam("target_group", type_=ARRAY(Text))),
    "area": Event.areas.op("@>", is_comparison=True)(any_(bindparam("area", type_=ARRAY(JSONB, dimensions=1)))),
    "call": Event.call_ids.overlap(bindparam("call", type_=ARRAY(Uuid))),
    "call_linked": bindparam("call_linked", type_=Boolean()) == HAS_CALL,
    "held": bindparam("held", type_=Boolean()) == HELD,
    "lacks": or_(*(and_(literal(lack) == _texts("lacks"), condition) for lack, condition in _LACKS.items())),
    **{f"measure={key}": and_(is_of(EVENTS_OF[key]), HELD) for key in MEASURES},
    "period": and_(
        ends_between(_instant("period_starts_at"), _instant("period_ends_at")),
        # This follows from the line above, but lets PostgreSQL skip all later events.
        Event.starts_at < _instant("period_ends_at"),
    ),
    "starts_after": Event.starts_at >= _instant("starts_after"),
    "starts_before": Event.starts_at < _instant("starts_before"),
    "q": or_(*(title.icontains(bindparam("q", type_=Text()), escape="/") for title in _TITLES)),
}


def listing(query: EventQuery, principal: Principal) -> Listing[EventRead]:
    """Return the events that match the query and that the caller may see."""
    filters = dict(_filters(query))
    names = frozenset(filters)
    prepared = _public_listing(names) if principal.is_anonymous() else _listing(names, principal)
    return replace(prepared, values={name: value for values in filters.values() for name, value in values.items()})


def _filters(query: EventQuery) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the filters of the query, each with the values of its parameters."""
    for name in ("type", "scope", "mode", "status", "publication_status", "theme", "target_group", "call", "lacks"):
        if chosen := getattr(query, name):
            yield name, {name: chosen}
    for name in ("call_linked", "held", "starts_after", "starts_before"):
        if (value := getattr(query, name)) is not None:
            yield name, {name: value}
    if query.coordination:
        coordination_id = as_uuid(query.coordination)
        name = "coordination_slug" if coordination_id is None else "coordination_id"
        yield name, {name: coordination_id or query.coordination}
    if query.measure:
        yield f"measure={query.measure}", {}
    if query.area:
        parts = (area.partition(":") for area in query.area)
        yield "area", {"area": [[{"scheme": scheme, "code": code}] for scheme, _, code in parts]}
    if query.period:
        period = parse_period(query.period)
        yield "period", {"period_starts_at": period.starts_at, "period_ends_at": period.ends_at}
    if query.q:
        yield "q", {"q": query.q.replace("/", "//").replace("%", "/%").replace("_", "/_")}


@lru_cache(_KEPT_LISTS)
def _public_listing(filters: frozenset[str]) -> Listing[EventRead]:
    """Make the listing once for each choice of filters, because anonymous callers use the same ones repeatedly."""
    return _listing(filters, ANONYMOUS)


def _listing(filters: frozenset[str], principal: Principal) -> Listing[EventRead]:
    conditions = [visible_to(principal), *(_CONDITIONS[name] for name in sorted(filters))]
    if "lacks" in filters:
        conditions.append(figures_read_by(principal))
    rows: Statement = select(Event, *view_columns(principal))
    return Listing(
        name="events",
        select=rows.options(_LISTED).where(*conditions),
        read=lambda event, *facts: EventRead.model_validate(plain_facts(event, EventView(principal, *facts))),
        model=EventRead,
        key=Event.id,
        default_sort="starts_at",
        sort_keys={"starts_at": Event.starts_at, "title": Event.sort_key, "created_at": Event.created_at},
        json_rows=_json_rows(conditions) if principal.is_anonymous() else None,
    )


# The columns that a list shows. The others, such as descriptions, would cost more to read than the list itself.
_LISTED = load_only(
    *(getattr(Event, name) for name in EventRead.model_fields if hasattr(Event, name)),
    Event.registration_closes_before_start,
    Event.heads_onsite,
    Event.heads_online,
    Event.heads_qualifier,
    raiseload=True,
)


def _json_rows(conditions: Sequence[ColumnElement[bool]]) -> JsonRows:
    """Return the rows as anonymous callers see them, without counts of people and facts that depend on other rows."""
    return JsonRows(select=select(*_fields()).where(*conditions), fingerprint=_FINGERPRINT, reusable=True)


# `xmin` changes with every change of the row; registration state and `HELD` change with time. The others distinguish
# rows that one transaction wrote when a backup was restored.
_FINGERPRINT: Final = row_fingerprint(
    Event.id,
    literal_column("events.xmin", Text),
    Event.version,
    Event.confirmed_count,
    Event.waiting_count,
    REGISTRATION_STATE,
    HELD,
)


def _fields() -> Iterator[Expression]:
    """Yield the fields that `queries.plain_facts` returns to anonymous callers, as SQL."""
    computed: dict[str, Expression] = {
        **dict.fromkeys((*COUNTS, "heads", "participants", "participants_qualifier"), null()),
        "registration_closes_at": CLOSES_AT,
        "registration_state": REGISTRATION_STATE,
        "seats_left": _SEATS_LEFT,
        "participants_state": _PARTICIPANTS_STATE,
        "first_on": cast(func.timezone(HELSINKI.key, Event.starts_at), Date),
        "last_on": cast(LAST_MOMENT, Date),
    }
    for name in EventRead.model_fields:
        yield json_field(computed[name] if name in computed else getattr(Event, name)).label(name)


# As `queries.seats_left` and `queries.plain_facts` return to anonymous callers.
_SEATS_LEFT: Final = case(
    (or_(Event.capacity.is_(None), Event.confirmed_count.between(1, MIN_CELL_COUNT - 1)), None),
    (REGISTRATION_STATE.in_(sorted(OVER_STATES)), None),
    else_=SEATS_LEFT,
)
_PARTICIPANTS_STATE: Final = case(
    (HELD, MeasureState.hidden),
    (IS_CANCELLED, MeasureState.no_data),
    else_=MeasureState.not_due,
)
