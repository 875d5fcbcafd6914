"""The rows behind a figure, from the list of the service that counts it."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from services.contracts.measures import SERVICE_OF
from services.contracts.services import STORING_SERVICES, StoringService
from services.gateway.upstreams.clients import Clients
from services.gateway.upstreams.errors import UpstreamDown, UpstreamRefused
from services.gateway.upstreams.responses import MeasureResponse
from services.gateway.upstreams.upstream import CallerContext, Params, query_parameters
from services.kernel.web import errors
from services.kernel.web.errors import DomainError, NotFound, Unavailable

from .errors import RETRY_LATER, NoRows, refusal
from .lookup import figure_parameters, find_coordination, requested_period, require_data
from .schemas import RowsPage, RowsQuery

# Rows are fetched only from these addresses: lists of the three services.
_ROWS_PATH: Final = re.compile(r"^/api/(?P<service>registry|events|feedback)(?P<path>/v1(?:/[A-Za-z0-9_-]+)+)$")
_PAGING: Final = frozenset({"limit", "cursor", "format", "excel"})


async def list_measure_rows(clients: Clients, caller: CallerContext, ref: str, key: str, query: RowsQuery) -> RowsPage:
    """Return the rows behind a figure, as their own list shows them to this caller.

    Raises: NotFound, NoRows, Unavailable and the refusals of the list.
    """
    if key not in SERVICE_OF:
        raise NotFound
    coordination, _ = await find_coordination(clients, caller, ref)
    measure = await _measure(clients, caller, coordination.id, key, query)
    address = _address(measure, query.missing)
    service, path, filters = _parse_address(address)
    paging = query_parameters(("limit", query.limit), ("cursor", query.cursor))
    try:
        page = await clients.rows(caller, service, path, (*filters, *paging))
    except UpstreamDown as down:
        raise Unavailable(headers=RETRY_LATER) from down
    except UpstreamRefused as refused:
        raise _rows_refusal(refused.status, query.cursor) from refused
    return RowsPage(items=page.items, next_cursor=page.next_cursor)


async def _measure(
    clients: Clients, caller: CallerContext, coordination_id: UUID, key: str, query: RowsQuery
) -> MeasureResponse:
    params = (*figure_parameters(coordination_id, requested_period(query.period)), ("keys", key))
    reply = await clients.measures(caller, SERVICE_OF[key], params)
    require_data([reply])
    assert reply.data is not None
    measure = next((item for item in reply.data.items if item.key == key), None)
    if measure is None:
        raise Unavailable(headers=RETRY_LATER)
    return measure


def _address(measure: MeasureResponse, missing: str | None) -> str:
    """Return the address of the rows, or of those that lack something. Raises NoRows."""
    addresses = {lack.code: lack.rows for lack in measure.missing}
    address = addresses.get(missing) if missing else measure.rows
    if address is None:
        raise NoRows
    return address


def _parse_address(address: str) -> tuple[StoringService, str, Params]:
    """Return the service, path and filters of an address of rows. Raises: Unavailable for any other address."""
    parts = urlsplit(address)
    match = _ROWS_PATH.match(parts.path)
    if match is None or parts.scheme or parts.netloc:
        raise Unavailable(headers=RETRY_LATER)
    service = next(name for name in STORING_SERVICES if name == match["service"])
    filters = tuple((name, value) for name, value in parse_qsl(parts.query) if name not in _PAGING)
    return service, match["path"], filters


def _rows_refusal(status: int, cursor: str | None) -> DomainError:
    return errors.InvalidCursor() if status == 400 and cursor is not None else refusal(status)
