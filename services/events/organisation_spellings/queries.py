"""Every SELECT of organisation spellings."""

from typing import Final

from sqlalchemy import Subquery, distinct, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.contracts.measures import EVENTS_OF
from services.contracts.periods import parse_period
from services.contracts.spellings import spelling_key
from services.events.events.access import may_change
from services.events.events.facts import HELD, ends_in, is_of
from services.events.events.models import Event
from services.events.organisations.models import Organisation, OrganisationKey, OrganisationSuccessor
from services.events.registrations.models import Registration
from services.events.registrations.organisations import IS_LIVE, IS_PRESENT
from services.kernel.audit.notes import note_object
from services.kernel.data.types import Subselect
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.kernel.web.errors import NotFound

from .schemas import OrganisationSpellingQuery, OrganisationSpellingRead

_MOST_CANDIDATES: Final = 3
_COUNTS: Final = ("registrations", "attended", "events")


def listing(principal: Principal, query: OrganisationSpellingQuery) -> Listing[OrganisationSpellingRead]:
    """Return the spellings that wait, most frequent first, for the coordination project's staff. Raises NotFound."""
    if not may_change(principal, query.coordination):
        raise NotFound
    note_object(coordination_id=query.coordination)
    waiting = _waiting(query)
    return Listing(
        name="organisation-spellings",
        select=select(*(waiting.c[name] for name in ("spelling", *_COUNTS)), _candidates(waiting)),
        read=_read,
        model=OrganisationSpellingRead,
        key=waiting.c.key,
        default_sort="-registrations",
        sort_keys={name: waiting.c[name] for name in _COUNTS},
    )


def _waiting(query: OrganisationSpellingQuery) -> Subquery:
    """Select the spellings that no organisation is joined to, with their numbers."""
    spellings = (
        select(
            Registration.organisation_key.label("key"),
            func.mode().within_group(Registration.organisation).label("spelling"),
            func.count().label("registrations"),
            func.count().filter(IS_PRESENT).label("attended"),
            func.count(distinct(Registration.event_id)).label("events"),
        )
        .join(Event, Event.id == Registration.event_id)
        .where(
            Event.coordination_id == query.coordination,
            Registration.organisation_id.is_(None),
            Registration.organisation_key.is_not(None),
            or_(IS_LIVE, IS_PRESENT),
        )
        .group_by(Registration.organisation_key)
    )
    if query.period is not None:
        spellings = spellings.where(ends_in(parse_period(query.period)))
    if query.measure is not None:
        spellings = spellings.where(is_of(EVENTS_OF[query.measure]), HELD)
    if query.q:
        part = spelling_key(query.q) or ""
        spellings = spellings.where(Registration.organisation_key.contains(part, autoescape=True))
    return spellings.subquery("waiting")


def _candidates(waiting: Subquery) -> Subselect:
    """Select the organisations with the keys that are most similar to a spelling, as JSON."""
    key = waiting.c.key
    similarity = func.max(func.similarity(OrganisationKey.key, key))
    near = (
        select(Organisation.id, Organisation.name, Organisation.kind, similarity.label("similarity"))
        .join(OrganisationSuccessor, OrganisationSuccessor.successor_id == Organisation.id)
        .join(OrganisationKey, OrganisationKey.organisation_id == OrganisationSuccessor.organisation_id)
        .where(OrganisationKey.is_current, OrganisationKey.key.op("%", is_comparison=True)(key))
        .group_by(Organisation.id)
        .order_by(similarity.desc(), Organisation.id)
        .limit(_MOST_CANDIDATES)
        .correlate(waiting)
        .subquery("near")
    )
    read = func.jsonb_build_object("organisation_id", near.c.id, "name", near.c.name, "kind", near.c.kind)
    ordered = aggregate_order_by(read, near.c.similarity.desc(), near.c.id)
    return select(func.coalesce(func.jsonb_agg(ordered), func.jsonb_build_array())).scalar_subquery()


def _read(*values: object) -> OrganisationSpellingRead:
    return OrganisationSpellingRead.model_validate(dict(zip(("spelling", *_COUNTS, "candidates"), values, strict=True)))
