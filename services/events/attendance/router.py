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


@router.get("/{ref}/attendance", summary="List the attendance of an event")
async def list_attendance(
    ref: EventRef,
    query: Annotated[AttendanceQuery, Query()],
    principal: AttendanceWrite,
    session: Reading,
    lists: PersonalLists,
) -> Page[AttendanceRead]:
    """Return the people of an event and whether they came, without addresses, for its staff and door staff."""
    event = await queries.event_for_marking(session, principal, ref)
    return await lists.page(queries.listing(event, query), query)


@router.put("/{ref}/attendance", summary="Mark attendance", responses=problems(EventIsCancelled))
async def mark_attendance(
    ref: EventRef, body: AttendanceMarks, principal: AttendanceWrite, session: Transaction
) -> AttendanceMarked:
    """Set the attendance of up to 500 people; that of the others stays. Each mark has an outcome of its own.

    No If-Match is needed, because the last mark of a person counts.
    """
    return await service.mark_all(session, principal, ref, body)


@router.post(
    "/{ref}/walk-ins",
    status_code=201,
    summary="Enter a walk-in",
    responses=problems(EventIsCancelled, RegistrationNotOpen),
)
@located_at("list_attendance")
async def enter_walk_in(
    ref: EventRef, body: WalkInCreate, principal: AttendanceWrite, session: Transaction
) -> AttendanceRead:
    """Add a person who came without registering, also beyond the capacity, and mark them as attended.

    Only the name is required. Without an address, the same name from the same organisation is the same person.
    """
    return AttendanceRead.model_validate(await service.enter_walk_in(session, principal, ref, body))


@router.put("/{ref}/headcount", summary="Record a headcount", responses=problems(EventIsCancelled, NamesAreRecorded))
async def record_headcount(
    ref: EventRef, body: HeadcountPut, principal: AttendanceWrite, session: Transaction
) -> HeadcountRead:
    """Record the number of people who came to an event whose attendance has no names.

    No If-Match is needed, because the request replaces the whole count.
    """
    return queries.read_headcount(await service.record_headcount(session, principal, ref, body))
