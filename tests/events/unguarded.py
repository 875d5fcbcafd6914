"""What the event's lock and the conditional UPDATE replace: look, then leap. For negative controls alone."""

import asyncio

from sqlalchemy import select, update

from services.events.events import seats
from services.events.events.models import Event
from services.events.events.queries import named
from services.events.events.seats import SeatLedger
from services.events.events.terms import RegistrationState

# Which of the two guards hold.
GUARDS = ["lock and update", "update", "none"]


def remove_guards(monkeypatch, guards, meeting=None):
    """Leave only these guards; without the lock, callers wait at the barrier `meeting` until all have looked."""

    async def look(session, principal, ref, **_):
        event = await session.scalar(select(Event).where(named(ref)))
        if meeting:
            await asyncio.wait_for(meeting.wait(), timeout=10)
        left = max(0, event.capacity - event.confirmed_count)
        state = RegistrationState.open if left else RegistrationState.full
        return SeatLedger(event, state, is_active=True, has_ended=False, seats_left=left, places_left=0)

    async def leap(session, ledger):
        taken = ledger.event.confirmed_count + ledger.seated_count
        leaping = update(Event).where(Event.id == ledger.event.id).values(confirmed_count=taken)
        await session.execute(leaping.execution_options(synchronize_session=False))
        return True

    if guards != "lock and update":
        monkeypatch.setattr(seats, "open_ledger", look)
    if guards == "none":
        monkeypatch.setattr(seats, "take_seats", leap)
