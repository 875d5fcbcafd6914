"""Access to the register: who imports, and who changes what all share."""

from uuid import UUID

import pytest
from sqlalchemy import select

from services.contracts.roles import Grant, Role, Scope
from services.kernel.security.auth import ANONYMOUS, Principal
from services.kernel.web.errors import Forbidden
from services.registry.codes.access import may_load
from services.registry.imports.access import check_may_import
from services.registry.organisations.access import check_may_write
from services.registry.projects.access import own_drafts, writable_by
from services.registry.projects.models import Project
from services.registry.search import access as search
from services.registry.search.models import SearchDocument
from tests.factories import a_project

HERE = UUID(int=1)
LEADING = {"kind": "coordination", "scope": "national"}
WRITERS = [Grant(Role.admin), Grant(Role.coordinator), Grant(Role.coordinator, HERE)]
OTHERS = [Grant(Role.project_contact, HERE), Grant(Role.project_contact, project_id=HERE), Grant(Role.funder, HERE)]


@pytest.mark.parametrize("check", [check_may_import, check_may_write])
def test_coordinators_and_admins_import_and_change_organisations(check):
    for grant in WRITERS:
        check(Principal("subject", grants=(grant,)))
    for caller in (ANONYMOUS, *(Principal("subject", grants=(grant,)) for grant in OTHERS)):
        with pytest.raises(Forbidden):
            check(caller)


def test_only_admins_load_the_code_lists():
    assert may_load(Principal("subject", grants=(Grant(Role.admin),)))
    assert not may_load(Principal("subject", grants=(Grant(Role.coordinator),)))


async def test_a_project_is_changed_by_its_coordination_its_coordinator_and_its_contact(
    client, applications, superuser
):
    admin = client("registry", Grant(Role.admin))
    leading, coordinated, own, other = [await a_project(admin, **facts) for facts in (LEADING, {}, {}, {})]
    relation = {"kind": "coordinates", "other": coordinated["id"]}
    related = await admin.post(f"/v1/projects/{leading['id']}/relations", relation, key=True)
    assert related.status_code == 201, related.text
    ids = {
        UUID(project["id"]): name for project, name in ((leading, "l"), (coordinated, "c"), (own, "o"), (other, "x"))
    }
    coordinator = Grant(Role.coordinator, UUID(leading["id"]))
    contact = Grant(Role.project_contact, project_id=UUID(own["id"]))
    expected = [
        ((Grant(Role.admin),), "lcox"),
        ((Grant(Role.coordinator),), "lcox"),
        ((coordinator,), "lc"),
        ((contact,), "o"),
        ((coordinator, contact), "lco"),
        ((Grant(Role.funder, UUID(leading["id"])), Grant(Role.partner, project_id=UUID(own["id"]))), ""),
    ]
    async with applications.runtime("registry").database.transaction() as session:
        for grants, changed in expected:
            for scope, names in ((Scope.registry_write, changed), (Scope.registry_read, "")):
                caller = Principal("subject", frozenset({scope}), grants)
                found = await session.scalars(select(Project.id).where(writable_by(caller)))
                assert {ids[identifier] for identifier in found} == set(names)


async def test_a_draft_is_found_by_those_who_may_change_it(client, applications):
    admin = client("registry", Grant(Role.admin))
    idea, running = [await a_project(admin, state=state) for state in ("idea", "running")]
    contact = Grant(Role.project_contact, project_id=UUID(idea["id"]))
    scopes = frozenset({Scope.registry_write})
    expected = [
        (ANONYMOUS, {running["id"]}),
        (Principal("subject", scopes, (contact,)), {idea["id"], running["id"]}),
        (Principal("subject", grants=(contact,)), {running["id"]}),
    ]
    async with applications.runtime("registry").database.transaction() as session:
        for caller, found in expected:
            documents = select(SearchDocument.id).where(
                search.visible_to(own_drafts(caller)), SearchDocument.state.is_not(None)
            )
            assert {str(identifier) for identifier in await session.scalars(documents)} == found
