"""The readers of the figures of a coordination project: one rule holds for all services."""

from uuid import UUID

import pytest

from services.contracts.roles import SERVICE_SCOPES, Grant, Role, Scope, figures_readable, reads_figures_of
from services.contracts.services import SERVICE_NAMES

HERE, ELSEWHERE = UUID("0197a000-0000-7000-8000-00000000000a"), UUID("0197a000-0000-7000-8000-00000000000b")
FIGURES = (Scope.registry_read, Scope.events_read, Scope.feedback_read, Scope.dashboard_read)
ALL, NONE = frozenset(FIGURES), frozenset[Scope]()
ALL_BUT_FEEDBACK = ALL - {Scope.feedback_read}
READERS = {
    "anonymous": ((), NONE),
    "admin": ((Grant(Role.admin),), ALL),
    "service": ((Grant(Role.service),), ALL),
    "admin-of-one-place": ((Grant(Role.admin, HERE),), NONE),
    "coordinator": ((Grant(Role.coordinator, HERE),), ALL),
    "coordinator-everywhere": ((Grant(Role.coordinator),), ALL),
    "coordinator-elsewhere": ((Grant(Role.coordinator, ELSEWHERE),), NONE),
    "funder": ((Grant(Role.funder, HERE),), ALL),
    "partner": ((Grant(Role.partner, HERE),), ALL_BUT_FEEDBACK),
    "partner-everywhere": ((Grant(Role.partner),), ALL_BUT_FEEDBACK),
    # The scope comes from the other grant, the place from this one: they do not add up.
    "partner-here-and-funder-elsewhere": ((Grant(Role.partner, HERE), Grant(Role.funder, ELSEWHERE)), ALL_BUT_FEEDBACK),
    "project-contact": ((Grant(Role.project_contact, project_id=HERE), Grant(Role.project_contact, HERE)), NONE),
    "door": ((Grant(Role.door, event_id=HERE),), NONE),
}


@pytest.mark.parametrize(("grants", "opened"), READERS.values(), ids=READERS)
def test_a_reading_role_opens_the_figures_of_its_place(grants, opened):
    assert {scope for scope in FIGURES if reads_figures_of(grants, HERE, scope=scope)} == opened


def test_the_readable_figures_are_all_or_those_of_the_places_of_the_reading_roles():
    grants = (Grant(Role.funder, HERE), Grant(Role.partner, ELSEWHERE), Grant(Role.project_contact, ELSEWHERE))
    assert figures_readable(grants, scope=Scope.events_read) == {HERE, ELSEWHERE}
    assert figures_readable(grants, scope=Scope.feedback_read) == {HERE}
    assert figures_readable((*grants, Grant(Role.admin)), scope=Scope.feedback_read) is None


@pytest.mark.parametrize("places", [("coordination_id", "event_id"), ("coordination_id", "project_id", "event_id")])
def test_a_grant_has_one_place_or_none(places):
    with pytest.raises(ValueError, match="one place or none"):
        Grant(Role.coordinator, **dict.fromkeys(places, HERE))


def test_each_service_has_its_own_scopes_and_no_service_administers():
    assert set(SERVICE_SCOPES) == set(SERVICE_NAMES)
    held = frozenset().union(*SERVICE_SCOPES.values())
    assert not held & {Scope.partners_admin, Scope.registry_write, Scope.events_write, Scope.registrations_read}
