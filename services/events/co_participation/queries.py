"""Every SELECT of co-participation: over counts, never over registrations."""

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import aliased

from services.contracts.disclosure import MIN_CELL_COUNT
from services.contracts.periods import parse_period
from services.contracts.roles import Scope, reads_figures_of
from services.events.events.access import may_change
from services.events.events.facts import HELD, ends_in
from services.events.events.models import Event
from services.events.organisations.models import Organisation
from services.events.registrations.models import EventOrganisationCount
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from .schemas import CoParticipationQuery, CoParticipationRead, ParticipatingOrganisation


def listing(principal: Principal, query: CoParticipationQuery) -> Listing[CoParticipationRead]:
    """Return the pairs of organisations, most common events first. Raises NotFound.

    For readers of aggregates an event is common only where five people or more of each organisation came to it.
    """
    if not reads_figures_of(principal.grants, query.coordination, scope=Scope.events_read):
        raise NotFound
    fewest = 1 if may_change(principal, query.coordination) else MIN_CELL_COUNT
    pairs = _pairs(query, fewest=fewest)
    first, second = aliased(Organisation), aliased(Organisation)
    statement = (
        select(first, second, pairs.c.events)
        .join_from(pairs, first, first.id == pairs.c.first_id)
        .join(second, second.id == pairs.c.second_id)
    )
    return Listing(
        name="co-participation",
        select=statement,
        read=_read,
        model=CoParticipationRead,
        key=pairs.c.pair,
        default_sort="-events",
        sort_keys={"events": pairs.c.events},
    )


def _pairs(query: CoParticipationQuery, *, fewest: int) -> Subquery:
    """Select the pairs with the events to which so many people of each organisation came.

    A threshold on the sum over several events would tell one event's count to who asks for one day more and less.
    """
    first, second = aliased(EventOrganisationCount), aliased(EventOrganisationCount)
    is_later = (second.event_id == first.event_id) & (second.organisation_id > first.organisation_id)
    return (
        select(
            first.organisation_id.label("first_id"),
            second.organisation_id.label("second_id"),
            func.concat(first.organisation_id, " ", second.organisation_id).label("pair"),
            func.count().label("events"),
        )
        .join_from(first, second, is_later)
        .join(Event, Event.id == first.event_id)
        .where(
            Event.coordination_id == query.coordination,
            ends_in(parse_period(query.period)),
            HELD,
            first.attended >= fewest,
            second.attended >= fewest,
        )
        .group_by(first.organisation_id, second.organisation_id)
        .subquery("pairs")
    )


def _read(first: Organisation, second: Organisation, events: int) -> CoParticipationRead:
    return CoParticipationRead(organisation=_organisation(first), other=_organisation(second), events=events)


def _organisation(organisation: Organisation) -> ParticipatingOrganisation:
    return ParticipatingOrganisation(id=organisation.id, name=organisation.name, kind=organisation.kind or "other")
