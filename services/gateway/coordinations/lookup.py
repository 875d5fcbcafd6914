"""The steps that all pages share: the period, the coordination project and the check that there is data."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from services.contracts.periods import Period, half_year_of, parse_period
from services.gateway.upstreams.clients import Clients, Reply
from services.gateway.upstreams.errors import UpstreamDown, UpstreamRefused
from services.gateway.upstreams.upstream import CallerContext, Params, query_parameters
from services.kernel.clock import helsinki_day, utc_now
from services.kernel.web.errors import NotFound, Unavailable

from .access import may_see
from .errors import RETRY_LATER, refusal
from .schemas import CoordinationName


def requested_period(label: str | None) -> Period:
    """Return the named period, or the half-year of today."""
    return parse_period(label) if label else half_year_of(helsinki_day(utc_now()))


def figure_parameters(coordination_id: UUID, period: Period) -> Params:
    """Return the query parameters with which every service is asked for figures."""
    return query_parameters(("coordination", str(coordination_id)), ("period", period.label))


async def find_coordination(clients: Clients, caller: CallerContext, ref: str) -> tuple[CoordinationName, bool]:
    """Return the coordination project of an id or slug, and whether the registry confirmed it just now.

    While the registry does not answer, the project is taken from the cache.
    Raises: NotFound, Unavailable and the refusals of the registry.
    """
    try:
        known, is_fresh = await clients.coordination(caller, ref), True
    except UpstreamRefused as refused:
        raise refusal(refused.status) from refused
    except UpstreamDown as down:
        cached, is_fresh = clients.known_coordinations.get(caller.principal, ref), False
        if cached is None:
            raise Unavailable(headers=RETRY_LATER) from down
        known = cached
    if not may_see(caller.principal, known.id):
        raise NotFound
    return CoordinationName(id=known.id, slug=known.slug, name=known.name), is_fresh


def require_data(replies: Sequence[Reply[BaseModel]]) -> None:
    """Check that at least one reply has data.

    Raises: a refusal when all services refuse, else Unavailable.
    """
    if any(reply.data is not None for reply in replies):
        return
    denials = [reply.denial for reply in replies if reply.denial is not None]
    if len(denials) == len(replies):
        raise refusal(next(status for status in (401, 404, 403) if status in denials))
    raise Unavailable(headers=RETRY_LATER)
