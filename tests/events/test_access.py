"""Access to events: who sees which, who changes and fills them, and who reads their figures."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.contracts.roles import Grant, Role, Scope
from services.events.events import access
from services.events.events.models import Event
from services.events.registrations.access import may_register_others, visible_to
from services.events.registrations.models import Registration
from services.kernel.security.auth import ANONYMOUS, Principal
from tests.factories import (
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    a_draft,
    an_event,
    registrations_of,
)

COPY = "INSERT INTO events.events SELECT (jsonb_populate_record(e, $1)).* FROM events.events e WHERE id = $2"
COORDINATOR_EVERYWHERE = Grant(Role.coordinator)
DRAFT, PUBLISHED, ARCHIVED = "draft", "published", "archived"
HERE, THERE = COORDINATION, ELSEWHERE


def principal(*grants, scopes=()):
    return Principal("subject", frozenset(scopes), grants)


async def test_each_sees_the_published_and_what_else_is_theirs(client, applications, superuser):
    event = await a_draft(client("events", COORDINATOR))
    ids = {}
    for place in (HERE, THERE):
        for status in (DRAFT, PUBLISHED, ARCHIVED):
            ids[place, status] = identifier = uuid4()
            unique = {"id": str(identifier), "slug": str(identifier), "ical_uid": str(identifier)}
            facts = {"coordination_id": str(place), "publication_status": status}
            await superuser.execute(COPY, {**unique, **facts}, UUID(event["id"]))
    public = {(HERE, PUBLISHED), (THERE, PUBLISHED)}
    archive = {(HERE, ARCHIVED), (THERE, ARCHIVED)}
    expected = [
        (ANONYMOUS, public),
        (principal(COORDINATOR_EVERYWHERE), set(ids)),
        (principal(Grant(Role.admin)), set(ids)),
        (principal(COORDINATOR), public | {(HERE, DRAFT), (HERE, ARCHIVED)}),
        (principal(FUNDER), public | {(HERE, ARCHIVED)}),
        (principal(Grant(Role.funder)), public | archive),
        (principal(Grant(Role.project_contact, project_id=HERE)), public),
        (principal(Grant(Role.door, event_id=ids[THERE, DRAFT])), public | {(THERE, DRAFT)}),
        (principal(Grant(Role.funder, event_id=ids[THERE, DRAFT])), public),
    ]
    async with applications.runtime("events").database.transaction() as session:
        for caller, seen in expected:
            statement = select(Event.id).where(access.visible_to(caller), Event.id != UUID(event["id"]))
            assert set(await session.scalars(statement)) == {ids[key] for key in seen}


@pytest.mark.parametrize(
    ("grant", "allowed"),
    [
        (COORDINATOR_EVERYWHERE, True),
        (COORDINATOR, True),
        (COORDINATOR_ELSEWHERE, False),
        (FUNDER, False),
        (Grant(Role.funder), False),
        (Grant(Role.admin), True),
    ],
)
def test_events_are_changed_and_filled_by_the_coordinations_staff(grant, allowed):
    event = Event(id=uuid4(), coordination_id=HERE)
    assert access.may_change(principal(grant), HERE) is allowed
    assert access.may_mark_attendance(principal(grant), event) is allowed
    assert may_register_others(principal(grant, scopes=[Scope.registrations_write]), event) is allowed
    assert not may_register_others(principal(grant, scopes=[Scope.registrations_read]), event)


def test_the_door_of_an_event_says_who_came_to_it_and_to_no_other():
    events = [Event(id=uuid4(), coordination_id=HERE) for _ in range(2)]
    door = principal(Grant(Role.door, event_id=events[0].id))
    assert [access.may_mark_attendance(door, event) for event in events] == [True, False]
    assert not access.may_change(door, HERE)


@pytest.mark.parametrize(
    ("grants", "coordinations"),
    [
        ((COORDINATOR_EVERYWHERE,), frozenset()),
        ((Grant(Role.admin),), frozenset()),
        ((Grant(Role.funder),), None),
        ((FUNDER,), {HERE}),
        ((FUNDER, COORDINATOR_ELSEWHERE), {HERE}),
        ((FUNDER, COORDINATOR), frozenset()),
        ((), frozenset()),
    ],
)
def test_readers_of_aggregates_alone_are_those_who_do_not_run_the_events(grants, coordinations):
    assert access.coordinations_read(principal(*grants)) == coordinations


async def test_registrations_are_seen_by_the_staff_of_the_very_event(client, applications):
    admin = client("events", Grant(Role.admin))
    here, there = [await an_event(admin, coordination_id=str(place)) for place in (HERE, THERE)]
    (own,), (other,) = [await registrations_of(admin, event, 1) for event in (here, there)]
    expected = [
        (COORDINATOR_EVERYWHERE, {own, other}),
        (COORDINATOR, {own}),
        (COORDINATOR_ELSEWHERE, {other}),
        (FUNDER, set()),
        (Grant(Role.door, event_id=UUID(here["id"])), set()),
    ]
    async with applications.runtime("events").database.transaction() as session:
        for grant, seen in expected:
            found = await session.scalars(select(Registration.id).where(visible_to(principal(grant))))
            assert {str(identifier) for identifier in found} == seen
