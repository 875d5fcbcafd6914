"""Routes of attendance."""

from typing import Annotated

from fastapi import Query

from services.events.events.errors import EventDayAhead, EventIsCancelled
from services.events.events.terms import EventRef
from services.events.registrations.errors import RegistrationNotOpen, WalkInMayBeRegistered
from services.kernel.audit.declarations import audited, without_audit
from services.kernel.audit.terms import AuditAction
from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import PersonalLists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import AttendanceWrite
from services.kernel.web.errors import NotKnownYet
from services.kernel.web.locations import located_at
from services.kernel.web.routing import new_router

from . import queries, service
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
@audited(AuditAction.read, "attendance")
async def list_attendance(
    ref: EventRef,
    query: Annotated[AttendanceQuery, Query()],
    principal: AttendanceWrite,
    session: Reading,
    lists: PersonalLists,
) -> Page[AttendanceRead]:
    """Return the persons of an event and whether they came, without addresses, for its staff and door staff.

    Each person is in the list once, with their last registration.
    """
    event = await queries.event_for_marking(session, principal, ref)
    return await lists.page(queries.listing(event, query), query)


@router.put("/{ref}/attendance", summary="Mark attendance", responses=problems(EventIsCancelled, EventDayAhead))
@audited(AuditAction.change, "attendance", id_members=("registration_id",))
async def mark_attendance(
    ref: EventRef, body: AttendanceMarks, principal: AttendanceWrite, session: Transaction
) -> AttendanceMarked:
    """Set the attendance of up to 500 people; that of the others stays. Each mark has an outcome of its own.

    A mark with the id of an earlier registration of a person counts for the person. Before the day of the event a
    person can only be marked as excused. No If-Match is needed, because the last mark of a person counts.
    """
    return await service.mark_all(session, principal, ref, body)


@router.post(
    "/{ref}/walk-ins",
    status_code=201,
    summary="Enter a walk-in",
    responses=problems(EventIsCancelled, EventDayAhead, RegistrationNotOpen, WalkInMayBeRegistered, NotKnownYet),
)
@located_at("list_attendance")
@audited(AuditAction.change, "attendance", id_members=("id", "registration_id"))
async def enter_walk_in(
    ref: EventRef, body: WalkInCreate, principal: AttendanceWrite, session: Transaction
) -> AttendanceRead:
    """Add a person who came without registering, also beyond the capacity, and mark them as attended.

    Only the name is required. Without an address, the same name from the same organisation is the same person. Other
    persons of the name who have a registration, also a cancelled one, are first offered as `candidates` (409): mark the
    one who came, or repeat the request with `is_another_person`. People can be entered from the day of the event on.
    """
    return AttendanceRead.model_validate(await service.enter_walk_in(session, principal, ref, body))


@router.put("/{ref}/headcount", summary="Record a headcount", responses=problems(EventIsCancelled, EventDayAhead))
@without_audit("People without names are counted.")
async def record_headcount(
    ref: EventRef, body: HeadcountPut, principal: AttendanceWrite, session: Transaction
) -> HeadcountRead:
    """Record the number of people who came besides those with a name: the participants are both together.

    People can be counted from the day of the event on. No If-Match is needed, because the request replaces the whole
    count.
    """
    return queries.read_headcount(await service.record_headcount(session, principal, ref, body))
