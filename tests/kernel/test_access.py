"""Principals and the declarations of routes: what a caller holds, and who is let in."""

from uuid import UUID

import pytest

from services.contracts.roles import Grant, Role, Scope
from services.kernel.security.auth import ANONYMOUS, Access, Principal, needs
from services.kernel.web.errors import Forbidden, Unauthenticated

HERE, THERE, ELSEWHERE = (UUID(int=number) for number in (1, 2, 3))
PRINCIPAL = Principal(
    "subject",
    frozenset({Scope.events_read, Scope.events_write}),
    (
        Grant(Role.coordinator, coordination_id=HERE),
        Grant(Role.funder, coordination_id=THERE),
        Grant(Role.project_contact, project_id=HERE),
        Grant(Role.partner, project_id=THERE),
        Grant(Role.door, event_id=HERE),
        Grant(Role.partner, event_id=THERE),
        Grant(Role.project_contact, coordination_id=ELSEWHERE),
        Grant(Role.door, coordination_id=ELSEWHERE),
    ),
)


def test_a_principal_holds_a_role_in_the_places_it_was_granted_for():
    assert PRINCIPAL.coordinations(Role.coordinator) == {HERE}
    assert PRINCIPAL.coordinations(Role.coordinator, Role.funder) == {HERE, THERE}
    assert PRINCIPAL.projects(Role.project_contact) == {HERE}
    assert PRINCIPAL.projects(Role.project_contact, Role.partner) == {HERE, THERE}
    assert PRINCIPAL.events(Role.door) == {HERE}
    assert PRINCIPAL.events(Role.door, Role.partner) == {HERE, THERE}


@pytest.mark.parametrize("place", ["coordination_id", "project_id", "event_id"])
def test_a_role_in_one_place_is_not_held_everywhere(place):
    somewhere = Principal(
        "subject", grants=(Grant(Role.coordinator, **{place: HERE}), Grant(Role.admin, **{place: HERE}))
    )
    assert not somewhere.everywhere(Role.coordinator)


@pytest.mark.parametrize(
    ("role", "held"), [(Role.coordinator, True), (Role.admin, True), (Role.service, True), (Role.funder, False)]
)
def test_admins_and_services_hold_every_role_everywhere(role, held):
    assert Principal("subject", grants=(Grant(role),)).everywhere(Role.coordinator) is held


def test_a_caller_without_a_token_is_anonymous_and_nobody_else():
    assert ANONYMOUS.is_anonymous()
    assert not PRINCIPAL.is_anonymous()


async def test_a_public_route_lets_everybody_in():
    assert await Access()(ANONYMOUS) is ANONYMOUS


async def test_a_route_with_scopes_lets_in_who_has_them_all():
    assert await needs(Scope.events_read, Scope.events_write)(PRINCIPAL) is PRINCIPAL


async def test_a_caller_without_a_token_is_asked_for_one():
    with pytest.raises(Unauthenticated) as refused:
        await needs(Scope.events_read)(ANONYMOUS)
    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}


async def test_a_caller_is_told_the_scopes_that_are_missing_and_no_others():
    with pytest.raises(Forbidden) as refused:
        await needs(Scope.events_read, Scope.feedback_read, Scope.dashboard_read)(PRINCIPAL)
    assert refused.value.members == {"missing_scopes": "feedback:read dashboard:read"}


def test_a_declaration_names_a_scope():
    with pytest.raises(TypeError, match=r"^a route that needs no scope says `Anyone`$"):
        needs()


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "bearer", ""])
async def test_a_header_that_carries_no_token_is_refused(client, header):
    answer = await client("events").get("/v1/events", headers={"Authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
