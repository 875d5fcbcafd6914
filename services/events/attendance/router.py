"""Routes of attendance."""

from typing import Annotated

from fastapi import Query

from services.events.events.errors import EventIsCancelled
from services.events.events.terms import EventRef
from services.events.registrations.errors import RegistrationNotOpen
from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import PersonalLists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import AttendanceWrite
from services.kernel.web.locations import located_at
from services.kernel.web.routing import new_router

from . import queries, service
from .errors import NamesAreRecorded
from .schemas import (
    AttendanceMarked,
    AttendanceMarks,
    AttendanceQuery,
    AttendanceRead,
    HeadcountPut,
    HeadcountRead,
    WalkInCreate,
)

router = new_router("events", tag="attendance")


@router.get("/{ref}/attendance", summary="List who came")
async def list_attendance(
    ref: EventRef,
    query: Annotated[AttendanceQuery, Query()],
    principal: AttendanceWrite,
    session: Reading,
    lists: PersonalLists,
) -> Page[AttendanceRead]:
    """The people of an event and whether they came, for its staff and its door; no addresses."""
    event = await queries.event_at_the_door(session, principal, ref)
    return await lists.page(queries.listing(event, query), query)


@router.put("/{ref}/attendance", summary="Mark who came", responses=problems(EventIsCancelled))
async def mark_attendance(
    ref: EventRef, body: AttendanceMarks, principal: AttendanceWrite, session: Transaction
) -> AttendanceMarked:
    """Set the attendance of up to 500 people; the others stay. Each mark has its own outcome.

    No If-Match is needed: the last word about a person counts.
    """
    return await service.mark_all(session, principal, ref, body)


@router.post(
    "/{ref}/walk-ins",
    status_code=201,
    summary="Enter somebody who just came",
    responses=problems(EventIsCancelled, RegistrationNotOpen),
)
@located_at("list_attendance")
async def enter_walk_in(
    ref: EventRef, body: WalkInCreate, principal: AttendanceWrite, session: Transaction
) -> AttendanceRead:
    """Add a person who came without registering, capacity or not, and mark them as attended.

    A name is enough. Without an address, the same name from the same organisation is the same person.
    """
    return AttendanceRead.model_validate(await service.enter_walk_in(session, principal, ref, body))


@router.put("/{ref}/headcount", summary="Note how many came", responses=problems(EventIsCancelled, NamesAreRecorded))
async def record_headcount(
    ref: EventRef, body: HeadcountPut, principal: AttendanceWrite, session: Transaction
) -> HeadcountRead:
    """How many came to an event without names; it counts as participants, never as persons.

    No If-Match is needed: the count is set whole.
    """
    return queries.read_headcount(await service.record_headcount(session, principal, ref, body))
