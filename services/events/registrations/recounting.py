"""Recounting: registrations are joined anew after a copy changed, event by event, in past half-years too.

Registrations that are joined rightly stay as they are. A transaction that writes a registration locks the table before
it reads the copies. So it sees a change of the copies, or the run that follows the change waits for the transaction and
finds its registration.
"""

import asyncio
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Uuid, literal, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events.terms import EventId
from services.events.organisations import following
from services.events.organisations import queries as copies
from services.events.organisations.joining import WhereFrom, organisation_of
from services.events.organisations.queries import Concerned
from services.events.organisations.terms import domain_key
from services.kernel.background.outbox import announce_all
from services.kernel.runtime import PeriodicTask, Runtime

from . import organisations
from .messages import RegistrationChanged
from .models import Registration

_WAIT_SECONDS: Final = 0.05
_MOST_WAITS: Final = 100
# A statement takes this lock before its snapshot: a transaction without it sees the change of the copies.
_WRITERS: Final = text("""
SELECT virtualtransaction FROM pg_locks
WHERE relation = CAST('registrations' AS regclass) AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")


async def recount_organisations(runtime: Runtime) -> None:
    """Join anew the registrations that changed copies concern, each event in a transaction under its lock.

    Rows that cannot be recounted yet stay due for the next run.
    """
    while True:
        async with runtime.database.transaction() as session:
            due = await following.due_for_recount(session)
        if not due or not await _have_writers_ended(runtime):
            return
        async with runtime.database.long_transaction() as session:
            concerned = await copies.concerned_by(session, [(one.copy, one.id) for one in due])
            event_ids = await _events_of(session, concerned)
        for event_id in event_ids:
            async with runtime.database.long_transaction() as session:
                await _recount(session, event_id, concerned)
        async with runtime.database.transaction() as session:
            await following.mark_recounted(session, due)


async def _have_writers_ended(runtime: Runtime) -> bool:
    """Wait for the transactions that write registrations now, because their rows cannot be seen before.

    Returns whether all of them have ended; they are waited for some seconds.
    """
    async with runtime.database.reading() as session:
        awaited = set(await session.scalars(_WRITERS))
        for _ in range(_MOST_WAITS):
            if not awaited:
                break
            await asyncio.sleep(_WAIT_SECONDS)
            awaited &= set(await session.scalars(_WRITERS))
    return not awaited


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
            coordination_id=literal(event.coordination_id, Uuid()),
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


RECOUNT: Final = PeriodicTask("recount-organisations", timedelta(seconds=1), recount_organisations)
