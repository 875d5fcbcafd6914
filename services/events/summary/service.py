"""Use cases of the summary. They write nothing."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.disclosure import is_small
from services.contracts.measures import Qualifier, SummaryQuery
from services.contracts.periods import Period
from services.contracts.roles import Scope
from services.events.events.access import may_change
from services.events.measures.composing import organisations_disclosed, organisations_known
from services.events.measures.queries import qualifier_of
from services.events.measures.terms import ALL_ORGANISATIONS
from services.kernel.figures import authorised_request
from services.kernel.security.auth import Principal

from . import queries
from .queries import Sums
from .schemas import SummaryRead


async def summarise(session: AsyncSession, principal: Principal, query: SummaryQuery) -> SummaryRead:
    """Return the events of a period in short; only the staff get small counts of people. Raises NotFound."""
    request = await authorised_request(session, principal, query, scope=Scope.events_read)
    sums = await queries.sums(session, request)
    is_staff = may_change(principal, request.coordination_id)
    discloses_attendances = is_staff or await queries.discloses_attendances(session, request)
    discloses_registrations = is_staff or _discloses_registrations(sums, request.period)
    registrations = sum(half.registrations for half in sums.half_years)
    attendances = sum(half.attendances for half in sums.half_years)
    organisations = organisations_known(ALL_ORGANISATIONS, sums.organisations)
    if not is_staff:
        organisations = organisations_disclosed(
            organisations, sums.organisations, is_suppressed=not discloses_attendances
        )
    return SummaryRead(
        by_type=sums.by_type,
        registrations=registrations if discloses_registrations else None,
        attendances=attendances if discloses_attendances else None,
        attendances_qualifier=_qualifier(sums) if discloses_attendances else None,
        organisations=None if organisations.value is None else int(organisations.value),
        organisations_state=organisations.state,
        organisations_qualifier=organisations.qualifier,
        computed_at=request.now,
    )


def _qualifier(sums: Sums) -> Qualifier | None:
    return qualifier_of(
        about=sum(half.about for half in sums.half_years), over=sum(half.over for half in sums.half_years)
    )


def _discloses_registrations(sums: Sums, period: Period) -> bool:
    """Return whether readers of aggregates see registrations beside attendances.

    They see them for whole half-years only: from shorter periods, small numbers of people who registered or stayed
    away could be computed.
    """
    small = (is_small(count) for half in sums.half_years for count in (half.registrations, *half.differences()))
    return period.is_half_years() and not any(small)
