"""All 46 measures: asked from the three services, joined by key, compared, opened to their rows."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

from services.contracts.measures import (
    SERVICE_NAMES,
    SERVICE_OF,
    MeasureDefinition,
    MeasureState,
    ServiceName,
    catalogue,
    measure_names,
)
from services.contracts.periods import Period, PeriodRead, parse_period
from services.gateway.upstreams.answers import MeasureAnswer, MeasuresAnswer
from services.gateway.upstreams.clients import Clients, Reply
from services.gateway.upstreams.errors import NoRows, UpstreamDown, UpstreamRefused
from services.gateway.upstreams.terms import Compare, SectionStatus
from services.gateway.upstreams.upstream import Params, Question, query
from services.kernel.web import errors
from services.kernel.web.errors import DomainError, NotFound, Unavailable

from .dashboard import RETRY_LATER, about, find, refusal, require_some, wanted_period
from .schemas import (
    ChangeRead,
    CoordinationName,
    FurtherFigure,
    MeasureRow,
    MeasuresList,
    MeasuresListQuery,
    MeasureSources,
    RowsPage,
    RowsQuery,
    SourceRead,
)

Replies = Mapping[ServiceName, Reply[MeasuresAnswer]]

_KNOWN = frozenset({MeasureState.value, MeasureState.zero})
# The only addresses that rows are fetched from: lists of the three services.
_ROWS_PATH = re.compile(r"^/api/(?P<service>registry|events|feedback)(?P<path>/v1(?:/[A-Za-z0-9_-]+)+)$")
_PAGING = frozenset({"limit", "cursor", "format", "excel"})


@dataclass(frozen=True, slots=True)
class _Compared:
    """A comparison: with which period, and what was told of it."""

    period: Period
    replies: Replies


async def measures(clients: Clients, question: Question, ref: str, query: MeasuresListQuery) -> MeasuresList:
    """Return all 46 in the catalogue's order, each in its state.

    Raises: NotFound, Unavailable (nothing could be had).
    """
    period = wanted_period(query.period)
    before = compared_period(period, query.compare)
    coordination, fresh = await find(clients, question, ref)
    async with asyncio.TaskGroup() as group:
        now_told = group.create_task(_ask_all(clients, question, about(coordination.id, period)))
        then_told = group.create_task(_ask_all(clients, question, about(coordination.id, before))) if before else None
    replies = now_told.result()
    require_some(list(replies.values()))
    compared = _Compared(before, then_told.result()) if before and then_told else None
    complete = fresh and all(reply.status is SectionStatus.ok for reply in replies.values())
    return MeasuresList(
        coordination=coordination,
        period=PeriodRead.of(period),
        compared_with=PeriodRead.of(before) if before else None,
        partial=not complete,
        sources=_sources(replies),
        items=_joined(coordination, period, replies, compared),
    )


def compared_period(period: Period, compare: Compare | None) -> Period | None:
    """Return the period that a period is compared with; None where none is wanted or none is before it."""
    try:
        match compare:
            case None:
                return None
            case Compare.previous:
                return parse_period(period.previous().label)
            case Compare.same_last_year:
                return parse_period(_a_year_before(period))
    except ValueError:
        return None


def _a_year_before(period: Period) -> str:
    if "/" not in period.label:
        return f"{period.first_on.year - 1:04}{period.label[4:]}"
    return f"{_day_a_year_before(period.first_on)}/{_day_a_year_before(period.last_on)}"


def _day_a_year_before(day: date) -> date:
    # The 29th of February has no day a year before; the month's last day stands for it.
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


async def _ask_all(clients: Clients, question: Question, params: Params) -> Replies:
    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(clients.measures(question, name, params)) for name in SERVICE_NAMES}
    return {name: task.result() for name, task in tasks.items()}


def _sources(replies: Replies) -> MeasureSources:
    def source(name: ServiceName) -> SourceRead:
        return SourceRead(status=replies[name].status, as_of=replies[name].as_of, reason=replies[name].reason)

    return MeasureSources(registry=source("registry"), events=source("events"), feedback=source("feedback"))


def _joined(
    coordination: CoordinationName, period: Period, replies: Replies, compared: _Compared | None
) -> list[MeasureRow]:
    now, then = _by_key(replies), _by_key(compared.replies) if compared else {}
    return [
        _row(
            definition,
            _figure(definition, replies, now),
            rows=_rows_link(coordination, period, definition.key, now),
            change=_change(definition, now, then, compared),
        )
        for definition in catalogue()
    ]


def _by_key(replies: Replies) -> dict[str, MeasureAnswer]:
    """Return each figure from the service it belongs to. A key told by a stranger, or unknown, is left out."""
    return {
        item.key: item
        for name, reply in replies.items()
        if reply.data is not None
        for item in reply.data.items
        if SERVICE_OF.get(item.key) == name
    }


def _figure(definition: MeasureDefinition, replies: Replies, told: Mapping[str, MeasureAnswer]) -> MeasureAnswer:
    """Return what was told of a measure. What was not told is unavailable; what may not be seen is hidden."""
    service = SERVICE_OF[definition.key]
    if definition.key in told:
        return told[definition.key]
    hidden = replies[service].status is SectionStatus.hidden
    return MeasureAnswer(
        key=definition.key,
        state=MeasureState.hidden if hidden else MeasureState.unavailable,
        value=None,
        numerator=None,
        denominator=None,
        n=None,
        unit=definition.unit,
        extra=[],
        reason=replies[service].reason or "not_answered",
        rows=None,
        definition_version=0,
    )


def _row(
    definition: MeasureDefinition, figure: MeasureAnswer, *, rows: str | None, change: ChangeRead | None
) -> MeasureRow:
    known = figure.state in _KNOWN
    return MeasureRow(
        id=definition.id,
        key=definition.key,
        name=measure_names()[definition.key],
        state=figure.state,
        # Without a known state nothing is shown, whatever came along: a hidden mean must not leak by its n.
        value=figure.value if known else None,
        numerator=figure.numerator if known else None,
        denominator=figure.denominator if known else None,
        n=figure.n if known else None,
        unit=figure.unit,
        extra=[FurtherFigure(key=e.key, value=e.value, unit=e.unit) for e in figure.extra] if known else [],
        reason=figure.reason,
        target=None,
        change=change,
        definition=definition.definition,
        definition_version=figure.definition_version or None,
        result_type=definition.result_type,
        source_service=SERVICE_OF[definition.key],
        rows=rows,
    )


def _rows_link(
    coordination: CoordinationName, period: Period, key: str, told: Mapping[str, MeasureAnswer]
) -> str | None:
    if key not in told or told[key].rows is None:
        return None
    parameters = query(("period", period.label))
    address = f"/api/dashboard/v1/coordinations/{coordination.id}/measures/{key}/rows"
    return f"{address}?{'&'.join(f'{name}={value}' for name, value in parameters)}"


def is_addable(definition: MeasureDefinition) -> bool:
    """Return whether figures of two periods may be subtracted: counts and sums, but no running totals."""
    rule = definition.period_aggregation
    return rule.startswith("sum") and "snapshot" not in rule


def _change(
    definition: MeasureDefinition,
    now: Mapping[str, MeasureAnswer],
    then: Mapping[str, MeasureAnswer],
    compared: _Compared | None,
) -> ChangeRead | None:
    if compared is None or not is_addable(definition):
        return None
    current, previous = _plain_value(now, definition.key), _plain_value(then, definition.key)
    if current is None or previous is None:
        return None
    return ChangeRead(period=compared.period.label, previous=previous, difference=current - previous)


def _plain_value(told: Mapping[str, MeasureAnswer], key: str) -> Decimal | None:
    """Return a known count or sum; None for a share, a mean and what is not known."""
    figure = told.get(key)
    if figure is None or figure.state not in _KNOWN or figure.denominator is not None or figure.n is not None:
        return None
    return figure.value


async def rows(clients: Clients, question: Question, ref: str, key: str, wanted: RowsQuery) -> RowsPage:
    """Return the rows behind a figure, as the list they are in shows them to the very caller.

    Raises: NotFound, NoRows, Unavailable and what the list refuses.
    """
    if key not in SERVICE_OF:
        raise NotFound
    coordination, _ = await find(clients, question, ref)
    address = await _rows_address(clients, question, coordination, key, wanted)
    service, path, filters = _parsed(address)
    paging = query(("limit", wanted.limit), ("cursor", wanted.cursor))
    try:
        page = await clients.rows(question, service, path, (*filters, *paging))
    except UpstreamDown as down:
        raise Unavailable(headers=RETRY_LATER) from down
    except UpstreamRefused as refused:
        raise _rows_refusal(refused.status, wanted.cursor) from refused
    return RowsPage(items=page.items, next_cursor=page.next_cursor)


async def _rows_address(
    clients: Clients, question: Question, coordination: CoordinationName, key: str, query: RowsQuery
) -> str:
    parameters = (*about(coordination.id, wanted_period(query.period)), ("keys", key))
    reply = await clients.measures(question, SERVICE_OF[key], parameters)
    require_some([reply])
    assert reply.data is not None
    told = next((item for item in reply.data.items if item.key == key), None)
    if told is None:
        raise Unavailable(headers=RETRY_LATER)
    if told.rows is None:
        raise NoRows
    return told.rows


def _parsed(address: str) -> tuple[ServiceName, str, Params]:
    """Service, path and filters of a rows address. Raises Unavailable for any other address: it was told wrongly."""
    parts = urlsplit(address)
    found = _ROWS_PATH.match(parts.path)
    if found is None or parts.scheme or parts.netloc:
        raise Unavailable(headers=RETRY_LATER)
    service = next(name for name in SERVICE_NAMES if name == found["service"])
    filters = tuple((name, value) for name, value in parse_qsl(parts.query) if name not in _PAGING)
    return service, found["path"], filters


def _rows_refusal(status: int, cursor: str | None) -> DomainError:
    return errors.InvalidCursor() if status == 400 and cursor is not None else refusal(status)
