"""Every SELECT of the summary: over the events' own counters, never over registrations."""

from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.vocabulary import EVERY_KIND, EventType
from services.events.events import disclosure
from services.events.events.facts import (
    HALF_YEAR,
    HEADS,
    IS_ABOUT,
    IS_CANCELLED,
    IS_DRAFT,
    IS_OVER,
    PARTICIPANTS,
    ends_in,
    held_at,
)
from services.events.events.models import Event
from services.events.measures import queries as measures
from services.events.measures.queries import OrganisationCount
from services.events.measures.terms import Selection
from services.kernel.figures import FigureRequest

from .schemas import TypeCount


async def discloses_attendances(session: AsyncSession, request: FigureRequest) -> bool:
    """Return whether the sum over all held events is disclosed to readers of aggregates."""
    every = [ends_in(request.period)]
    [is_suppressed] = await disclosure.suppressed_sums(session, request.coordination_id, every, now=request.now)
    return not is_suppressed


@dataclass(frozen=True, slots=True)
class HalfYear:
    """The people who registered and who attended in one half-year; of the latter, `heads` without a name.

    `about` and `over` count the events whose heads have such a qualifier.
    """

    registrations: int
    attendances: int
    heads: int
    about: int
    over: int

    def differences(self) -> tuple[int, int]:
        """Return how far registrations are from attendances, and from those with a name, for who knows the heads."""
        persons = self.attendances - self.heads
        return abs(self.registrations - self.attendances), abs(self.registrations - persons)


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums over all events of a period."""

    by_type: list[TypeCount]
    half_years: list[HalfYear]
    organisations: OrganisationCount


async def sums(session: AsyncSession, request: FigureRequest) -> Sums:
    """Return the published events of a period by type, with the people who registered and attended."""
    announced = and_(Event.coordination_id == request.coordination_id, ends_in(request.period), ~IS_DRAFT)
    held = held_at(request.now)
    counts = (func.count(), func.count().filter(held), func.count().filter(IS_CANCELLED))
    by_type = await session.execute(
        select(Event.type, *counts).where(announced).group_by(Event.type).order_by(Event.type)
    )
    people = (
        func.coalesce(func.sum(Event.confirmed_count).filter(~IS_CANCELLED), 0),
        func.coalesce(func.sum(PARTICIPANTS).filter(held), 0),
        func.coalesce(func.sum(HEADS).filter(held), 0),
        func.count().filter(and_(held, IS_ABOUT)),
        func.count().filter(and_(held, IS_OVER)),
    )
    half_years = await session.execute(select(*people).where(announced).group_by(*HALF_YEAR))
    every = Selection(EVERY_KIND)
    organisations = await measures.organisations_of(session, request, [every])
    return Sums(
        by_type=[
            TypeCount(type=EventType(kind), planned=planned, held=held, cancelled=cancelled)
            for kind, planned, held, cancelled in by_type
        ],
        half_years=[HalfYear(*map(int, row)) for row in half_years],
        organisations=organisations[every],
    )
