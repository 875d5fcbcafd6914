"""Callers without rights to a project write nothing and see no draft, on any route."""

from uuid import UUID

import pytest

from services.contracts.roles import Grant, Role
from tests.route_walk import NAME, Ground, same_as_nothing, walk, without_rights

ADMIN = Grant(Role.admin)
ELSEWHERE = UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d22")
OTHERS = {
    "anonymous": (),
    "coordinator-elsewhere": (Grant(Role.coordinator, coordination_id=ELSEWHERE),),
    "funder": (Grant(Role.funder),),
    "partner": (Grant(Role.partner),),
    "door": (Grant(Role.door, event_id=ELSEWHERE),),
    "project-contact-elsewhere": (Grant(Role.project_contact, project_id=ELSEWHERE),),
}
# Organisations are shared by all projects: every coordination enters them.
SHARED = frozenset({("POST", "/v1/organisations"), ("PATCH", "/v1/organisations/{organisation_id}")})
# Machine clients get their tokens here; and a coordination uploads a file, whose rows about others are rejected.
CHECKED_ELSEWHERE = frozenset({("POST", "/oauth/token"), ("POST", "/v1/imports")})


async def ground(admin, *, state="running"):
    pilot = {"kind": "pilot", "scope": "regional", "state": state, "name": {"fi": f"{NAME} -hanke"}}
    other = (await admin.post("/v1/projects", {**pilot, "name": {"fi": "Toinen"}, "state": "running"})).json()
    project = (await admin.post("/v1/projects", pilot)).json()
    relation = {"kind": "succeeds", "other": other["id"]}
    related = await admin.post(f"/v1/projects/{project['id']}/relations", relation)
    assert related.status_code == 201, related.text
    third = (await admin.post("/v1/projects", {**pilot, "name": {"fi": "Kolmas"}, "state": "running"})).json()
    link = (await admin.post(f"/v1/projects/{project['id']}/links", {"other": third["id"]})).json()
    statements = (await admin.get(f"/v1/projects/{project['id']}/statements")).json()["items"]
    organisation = (await admin.post("/v1/organisations", {"kind": "agency", "name": {"fi": "Yritys"}})).json()
    lead = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Koordinaatio"}}
    coordination = (await admin.post("/v1/projects", lead)).json()
    spelling = {"coordination_id": coordination["id"], "spelling": NAME, "organisation_id": organisation["id"]}
    decided = (await admin.post("/v1/spellings", spelling)).json()
    twin = (await admin.post("/v1/organisations", {"kind": "agency", "name": {"fi": "Yritys Oy"}})).json()
    merges = f"/v1/organisations/{organisation['id']}/merges"
    merge = (await admin.post(merges, {"other": twin["id"]})).json()
    partner = (await admin.post("/v1/partners", {"name": NAME, "scopes": ["registry:read"]})).json()
    figures = {"coordination": project["id"], "period": "2026S1"}
    return Ground(
        {
            "ref": project["id"],
            "relation_id": related.json()["id"],
            "link_id": link["id"],
            "statement_id": statements[0]["id"],
            "organisation_id": organisation["id"],
            "spelling_id": decided["id"],
            "merge_id": merge["id"],
            "client_id": partner["client_id"],
            "import_id": str(ELSEWHERE),
            "version": "1",
            "scheme": "theme",
            "code": "x",
        },
        {
            "/v1/measures": figures,
            "/v1/summary": figures,
            "/v1/network/edges": figures,
            "/v1/search": {"q": "salattu"},
            "/v1/organisations/names": {"q": "salattu"},
        },
        {
            ("POST", "/v1/organisations"): {"kind": "agency", "name": {"fi": "Yritys 2"}},
            ("PATCH", "/v1/organisations/{organisation_id}"): {"name": {"fi": "Toinen"}},
            ("POST", "/v1/spellings"): spelling,
            ("POST", "/v1/organisations/{organisation_id}/merges"): {"other": twin["id"]},
            ("POST", "/v1/projects"): {**pilot, "state": "running"},
            ("PATCH", "/v1/projects/{ref}"): {"name": {"fi": "Toinen"}},
            ("POST", "/v1/projects/{ref}/relations"): {"kind": "continues", "other": other["id"]},
            ("POST", "/v1/projects/{ref}/links"): {"other": other["id"]},
            ("POST", "/v1/partners"): {"name": "x", "scopes": ["registry:read"]},
            ("PATCH", "/v1/partners/{client_id}"): {"active": False},
        },
    )


@pytest.mark.parametrize("grants", OTHERS.values(), ids=OTHERS)
async def test_they_write_nothing_and_see_neither_draft_nor_machine_client(client, applications, superuser, grants):
    prepared = await ground(client("registry", ADMIN), state="idea")
    before = await superuser.fetchval("SELECT count(*) FROM registry.outbox")
    coordinates = any(grant.role is Role.coordinator for grant in grants)
    but = CHECKED_ELSEWHERE | (SHARED if coordinates else frozenset())
    without_rights(await walk(client("registry", *grants), applications.apps["registry"], prepared, but=but))
    assert await superuser.fetchval("SELECT count(*) FROM registry.outbox") == before


@pytest.mark.parametrize("grants", OTHERS.values(), ids=OTHERS)
async def test_an_idea_is_like_no_project_at_all(client, applications, grants):
    prepared = await ground(client("registry", ADMIN), state="idea")
    await same_as_nothing(
        client("registry", *grants), applications.apps["registry"], prepared, names=("ref", "client_id")
    )
