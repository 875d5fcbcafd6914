"""Recounting: registrations are joined anew after a copy changed, event by event, in past half-years too.

The job may run again: what is joined already stays. A registration sees the change itself, or it was written before
and is found here; those that were being written when the job began are waited for.
"""

import asyncio
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events.models import Event
from services.events.events.terms import EventId
from services.events.organisations import following
from services.events.organisations import queries as copies
from services.events.organisations.joining import WhereFrom, organisation_of
from services.events.organisations.queries import Concerned
from services.events.organisations.terms import domain_key
from services.kernel.background.jobs import Payload
from services.kernel.background.outbox import announce_all
from services.kernel.runtime import Runtime

from . import organisations
from .messages import RegistrationChanged
from .models import Registration

_WAIT_SECONDS: Final = 0.05
_MOST_WAITS: Final = 100
_SNAPSHOT: Final = func.pg_current_snapshot()
_NEXT_TRANSACTION: Final = select(cast(cast(func.pg_snapshot_xmax(_SNAPSHOT), Text), BigInteger))
_OLDEST_TRANSACTION: Final = select(cast(cast(func.pg_snapshot_xmin(_SNAPSHOT), Text), BigInteger))


class StillWriting(Exception):
    """Transactions that began before the job have not ended; the job runs again later."""


async def recount_organisations(runtime: Runtime, _: Payload) -> None:
    """Join anew the registrations that changed copies concern, each event in a transaction under its lock.

    Raises StillWriting.
    """
    while True:
        async with runtime.database.transaction() as session:
            due = await following.due_for_recount(session)
        if not due:
            return
        await _wait_for_writers(runtime)
        async with runtime.database.transaction() as session:
            concerned = await copies.concerned_by(session, [(one.copy, one.id) for one in due])
            event_ids = await _events_of(session, concerned)
        for event_id in event_ids:
            async with runtime.database.transaction() as session:
                await _recount(session, event_id, concerned)
        async with runtime.database.transaction() as session:
            await following.mark_recounted(session, due)


async def _wait_for_writers(runtime: Runtime) -> None:
    """Wait until the transactions that run now have ended, because their rows cannot be seen before."""
    async with runtime.database.reading() as session:
        until = await session.scalar(_NEXT_TRANSACTION) or 0
        for _ in range(_MOST_WAITS):
            if (await session.scalar(_OLDEST_TRANSACTION) or 0) >= until:
                return
            await asyncio.sleep(_WAIT_SECONDS)
    raise StillWriting


async def _events_of(session: AsyncSession, concerned: Concerned) -> list[EventId]:
    events = select(Registration.event_id).distinct().where(_is_concerned(concerned))
    return [EventId(event_id) for event_id in await session.scalars(events.order_by(Registration.event_id))]


def _is_concerned(concerned: Concerned) -> ColumnElement[bool]:
    sign = domain_key("")
    domains = [key.removeprefix(sign) for key in concerned.keys if key.startswith(sign)]
    return or_(
        Registration.organisation_key.in_(concerned.keys),
        Registration.mail_domain.in_(domains),
        Registration.chosen_organisation_id.in_(concerned.organisation_ids),
        Registration.project_id.in_(concerned.project_ids),
    )


async def _recount(session: AsyncSession, event_id: EventId, concerned: Concerned) -> None:
    """Join the concerned registrations of an event anew, announce those that changed, and count them."""
    event = await event_queries.lock(session, event_id)
    joined = organisation_of(
        WhereFrom(
            coordination_id=select(Event.coordination_id).where(Event.id == event_id).scalar_subquery(),
            organisation_key=Registration.organisation_key.expression,
            email=Registration.email.expression,
            chosen_organisation_id=Registration.chosen_organisation_id.expression,
            project_id=Registration.project_id.expression,
        )
    )
    changing = (
        update(Registration)
        .where(
            Registration.event_id == event_id,
            _is_concerned(concerned),
            Registration.organisation_id.is_distinct_from(joined),
        )
        .values(organisation_id=joined, version=Registration.version + 1)
        .returning(Registration.id)
        .execution_options(synchronize_session=False)
    )
    changed = list(await session.scalars(changing))
    if changed:
        await organisations.count_anew(session, event_id)
        await announce_all(session, [RegistrationChanged(registration_id=one, event_id=event.id) for one in changed])
