"""Two entries of one organisation are merged: one answers for both, everywhere, and it can be taken back."""

from uuid import uuid4

import pytest

from services.contracts.roles import Grant, Role
from tests.factories import ADMIN, COORDINATOR, SERVICE, a_project, an_organisation
from tests.registry.test_imports import importing, the_project
from tests.registry.test_imports_organisations import named
from tests.registry.test_kind_events_organisations import copied, listed
from tests.registry.test_kind_registry_facts import NEW, OLD

__all__ = ["importing"]


@pytest.fixture
def admin(client):
    return client("registry", ADMIN)


@pytest.fixture
async def two(admin):
    """The organisation that stays, and its other entry."""
    stays = await an_organisation(admin, name={"fi": "KEHA-keskus"})
    facts = {"business_id": "2296962-1", "abbreviations": ["KEKE"], "mail_domains": ["keke.example"]}
    return stays, await an_organisation(admin, name={"fi": "Kehittämiskeskus"}, **facts)


async def merge(admin, into, other, **more):
    made = await admin.post(f"/v1/organisations/{into}/merges", {"other": other, **more})
    assert made.status_code == 201, made.text
    return made.json()


async def taken_back(admin, into, merged):
    return await admin.delete(f"/v1/organisations/{into}/merges/{merged['id']}", version=merged["version"])


async def parties(client, project_id, **more):
    project = (await client.get(f"/v1/projects/{project_id}", **more)).json()
    return [(party["role"], party["organisation_id"], party["starts_on"]) for party in project["parties"]]


async def ids(caller, address, **filters):
    return [row["id"] for row in (await caller.get(address, **filters)).json()["items"]]


async def everything(client, admin, superuser, two, project_id):
    """All that shows which organisation is which."""
    addresses = [f"/v1/organisations/{organisation_id}" for organisation_id in two]
    searched = [("q", "kehittämiskeskus"), ("q", "keke"), ("q", "keha"), ("business_id", "2296962-1")]
    kept = await copied(superuser)
    assert kept == await listed(client("registry", SERVICE))
    return {
        "answers": [
            [fact for name, fact in (await admin.get(address)).json().items() if name not in {"version", "merged_into"}]
            for address in addresses
        ],
        "merged_into": [(await admin.get(address)).json()["merged_into"] for address in addresses],
        "listed": sorted(await ids(client("registry"), "/v1/organisations")),
        "found": [await ids(admin, "/v1/organisations", **{name: text}) for name, text in searched],
        "offered": [await ids(admin, "/v1/organisations/names", q=text) for text in ("kehitt", "keke", "keha")],
        "projects": [await ids(admin, "/v1/projects", organisation=organisation_id) for organisation_id in two],
        "parties": await parties(admin, project_id),
        "spellings": sorted(
            (row["spelling"], row["organisation_id"]) for row in (await admin.get("/v1/spellings")).json()["items"]
        ),
        "copied": {key: fact["merged_into"] for key, fact in kept.items()},
    }


async def test_one_answers_for_both_until_the_merge_is_taken_back(client, admin, superuser, two):
    stays, other = two
    project_id = (await a_project(admin, parties=[{"organisation_id": other, "role": "implementer"}]))["id"]
    for spelling, organisation_id in (("keke", other), ("keha", stays)):
        body = {"coordination_id": None, "spelling": spelling, "organisation_id": organisation_id}
        await admin.post("/v1/spellings", body)
    before = await everything(client, admin, superuser, two, project_id)
    merged = await merge(admin, stays, other, reason="Sama virasto")
    assert merged["other"] == {"id": other, "name": {"fi": "Kehittämiskeskus"}}
    after = await everything(client, admin, superuser, two, project_id)
    assert after == {
        "answers": [before["answers"][0]] * 2,
        "merged_into": [None, stays],
        "listed": [stays],
        "found": [[stays]] * 4,
        "offered": [[stays]] * 3,
        "projects": [[project_id]] * 2,
        "parties": [("implementer", stays, None)],
        "spellings": [("keha", stays), ("keke", stays)],
        "copied": {stays: None, other: stays},
    }
    assert (await taken_back(admin, stays, merged)).status_code == 204
    assert await everything(client, admin, superuser, two, project_id) == before
    assert await ids(admin, f"/v1/organisations/{stays}/merges") == []


async def test_a_project_that_changes_and_a_merge_announce_the_party(admin, two, outbox_kinds):
    stays, other = two
    project_id = (await a_project(admin, parties=[{"organisation_id": other, "role": "funder"}]))["id"]
    known = len(await outbox_kinds("registry"))
    await merge(admin, stays, other)
    assert (await outbox_kinds("registry"))[known:] == ["vipu.organisation.changed.v1", "vipu.project.changed.v1"]
    project = (await admin.get(f"/v1/projects/{project_id}")).json()
    # By the old id, as a form that was open has it.
    changed = await admin.patch(
        f"/v1/projects/{project_id}",
        {"parties": [{"organisation_id": other, "role": "funder", "starts_on": "2026-01-01"}]},
        version=project["version"],
    )
    assert changed.status_code == 200, changed.text
    assert await parties(admin, project_id) == [("funder", stays, "2026-01-01")]
    gone = await admin.patch(f"/v1/projects/{project_id}", {"parties": []}, version=changed.json()["version"])
    assert gone.json()["parties"] == []


async def test_a_person_who_said_not_this_one_but_that_one_is_shown_the_one(client, admin, importing):
    await importing(named(("Kehittämiskeskus", None)), apply=True)
    project = await the_project(client, "S30000")
    [listed_one] = [party["organisation_id"] for party in project["parties"] if party["role"] == "implementer"]
    rest = [
        {"organisation_id": party["organisation_id"], "role": party["role"]}
        for party in project["parties"]
        if party["role"] != "implementer"
    ]
    mine = await an_organisation(admin, name={"fi": "KEHA-keskus"})
    corrected = [*rest, {"organisation_id": mine, "role": "implementer"}]
    address = f"/v1/projects/{project['id']}"
    assert (await admin.patch(address, {"parties": corrected}, version=project["version"])).status_code == 200
    for into, other in ((listed_one, mine), (mine, listed_one)):
        merged = await merge(admin, into, other)
        shown = [party for party in await parties(admin, project["id"]) if party[0] == "implementer"]
        assert shown == [("implementer", into, None)]
        await taken_back(admin, into, merged)
    assert ("implementer", mine, None) in await parties(admin, project["id"])


async def implementers(client, *codes):
    """The implementer of each of the projects."""
    projects = [await the_project(client, code) for code in codes]
    return [
        party["organisation_id"]
        for project in projects
        for party in project["parties"]
        if party["role"] == "implementer"
    ]


async def test_a_list_that_comes_again_changes_nothing_after_a_merge(client, admin, importing):
    content = named(("Kehittämiskeskus", "2296962-1"), ("Kehittämiskeskus", None))
    await importing(content, apply=True, list_on=OLD)
    stays = await an_organisation(admin, name={"fi": "KEHA-keskus"})
    [other] = await ids(admin, "/v1/organisations", q="kehittämiskeskus")
    await merge(admin, stays, other)
    again = await importing(content, apply=True, list_on=NEW)
    assert (again["counts"]["same"], again["counts"]["changed"]) == (2, 0)
    assert await implementers(client, "S30000", "S30001") == [stays] * 2


async def test_lists_go_on_naming_the_old_entry(client, admin, importing, superuser, two):
    stays, other = two
    merged = await merge(admin, stays, other)
    new = await importing(named(("Kehittämiskeskus", None), ("KEHITTÄMISKESKUS", "2296962-1")), apply=True)
    assert new["counts"]["new"] == 2
    assert await implementers(client, "S30000", "S30001") == [stays] * 2
    await taken_back(admin, stays, merged)
    assert await implementers(client, "S30000", "S30001") == [other] * 2
    assert await copied(superuser) == await listed(client("registry", SERVICE))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_merges_in_a_row_are_taken_back_in_any_order(client, admin, superuser, order):
    first, second, third = [await an_organisation(admin, name={"fi": name}) for name in ("Yksi", "Kaksi", "Kolme")]
    project_id = (await a_project(admin, parties=[{"organisation_id": first, "role": "funder"}]))["id"]
    merges = [(second, await merge(admin, second, first)), (third, await merge(admin, third, second))]
    assert (await admin.get(f"/v1/organisations/{first}")).json()["merged_into"] == third
    assert await parties(admin, project_id) == [("funder", third, None)]
    for place in order:
        assert (await taken_back(admin, *merges[place])).status_code == 204
        assert await copied(superuser) == await listed(client("registry", SERVICE))
        expected = second if order == (1, 0) and place == 1 else first
        assert await parties(admin, project_id) == [("funder", expected, None)]
    assert len(await ids(client("registry"), "/v1/organisations")) == 3


async def test_what_is_merged_directly_by_now_stays_when_an_earlier_merge_is_taken_back(client, admin, superuser):
    """C had been merged into A by way of B; since then it was parted from B and merged into A itself."""
    a, b, c = [await an_organisation(admin, name={"fi": name}) for name in "ABC"]
    project_id = (await a_project(admin, parties=[{"organisation_id": c, "role": "funder"}]))["id"]
    await admin.post("/v1/spellings", {"coordination_id": None, "spelling": "see", "organisation_id": c})
    into_b = await merge(admin, b, c)
    into_a = await merge(admin, a, b)
    assert (await taken_back(admin, b, into_b)).status_code == 204
    await merge(admin, a, c)
    assert (await taken_back(admin, a, into_a)).status_code == 204
    everywhere = await everything(client, admin, superuser, (b, c), project_id)
    assert everywhere["merged_into"] == [None, a]
    assert everywhere["parties"] == [("funder", a, None)]
    assert everywhere["spellings"] == [("see", a)]
    assert everywhere["copied"] == {a: None, b: None, c: a}
    assert [row["other"]["id"] for row in (await admin.get(f"/v1/organisations/{a}/merges")).json()["items"]] == [c]


async def test_what_was_merged_later_into_a_merged_one_goes_along_with_it(admin):
    """B is merged into C and A into C by way of B, by merges that were taken back and made in another order."""
    a, b, c = [await an_organisation(admin, name={"fi": name}) for name in "ABC"]
    first = await merge(admin, c, b)
    assert (await taken_back(admin, c, first)).status_code == 204
    await merge(admin, b, a)
    again = await merge(admin, c, b)
    assert (await admin.get(f"/v1/organisations/{a}")).json()["merged_into"] == c
    assert (await taken_back(admin, c, again)).status_code == 204
    assert (await admin.get(f"/v1/organisations/{a}")).json()["merged_into"] == b


async def test_a_spelling_keeps_its_decision_and_means_the_one_that_answers(admin, superuser, two):
    stays, other = two
    third = await an_organisation(admin, name={"fi": "Kolmas"})
    body = {"coordination_id": None, "spelling": "keke", "organisation_id": other}
    decided = (await admin.post("/v1/spellings", body)).json()
    await merge(admin, stays, other)
    merged = (await admin.get(f"/v1/spellings/{decided['id']}")).json()
    means = {"organisation_id": stays, "organisation_name": {"fi": "KEHA-keskus"}}
    assert merged == {**decided, **means, "decided_organisation_id": other}
    for same in (stays, other):
        assert (await admin.post("/v1/spellings", {**body, "organisation_id": same})).json() == merged
        assert await ids(admin, "/v1/spellings", organisation=same) == [decided["id"]]
    taken = await admin.post("/v1/spellings", {**body, "organisation_id": third})
    assert (taken.status_code, taken.json()["code"]) == (409, "spelling-taken")
    announced = "SELECT data->>'organisation_id' FROM registry.outbox WHERE kind = 'vipu.spelling.decided.v1'"
    assert [row[0] for row in await superuser.fetch(announced)] == [other]


async def test_what_cannot_be_merged_is_refused(admin, two):
    stays, other = two
    third = await an_organisation(admin, name={"fi": "Kolmas"})
    await merge(admin, stays, other)
    for into, merged, status, code in (
        (stays, stays, 409, "state-conflict"),
        (stays, other, 409, "state-conflict"),
        (third, other, 409, "state-conflict"),
        (other, third, 409, "state-conflict"),
        (stays, str(uuid4()), 422, "unknown-organisation"),
        (str(uuid4()), third, 404, "not-found"),
    ):
        refused = await admin.post(f"/v1/organisations/{into}/merges", {"other": merged})
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert await ids(admin, f"/v1/organisations/{stays}/merges") != []
    assert (await admin.get(f"/v1/organisations/{uuid4()}/merges")).status_code == 404
    decided = await admin.post(
        "/v1/spellings", {"coordination_id": None, "spelling": "Kehittämis", "organisation_id": other}
    )
    assert decided.json()["organisation_id"] == stays


@pytest.mark.parametrize("grant", [COORDINATOR, Grant(Role.project_contact, project_id=uuid4()), Grant(Role.funder)])
async def test_only_who_may_change_every_project_merges(client, admin, two, outbox_kinds, grant):
    stays, other = two
    merged = await merge(admin, stays, other)
    known = await outbox_kinds("registry")
    caller = client("registry", grant)
    third = await an_organisation(admin, name={"fi": "Kolmas"})
    assert (await caller.post(f"/v1/organisations/{stays}/merges", {"other": third})).status_code == 403
    assert (await taken_back(caller, stays, merged)).status_code == 403
    assert len(await outbox_kinds("registry")) == len(known) + 1
    assert (await taken_back(admin, third, merged)).status_code == 404


async def test_the_old_id_changes_the_one_that_answers(admin, two):
    stays, other = two
    await merge(admin, stays, other)
    address = f"/v1/organisations/{other}"
    read = await admin.get(address)
    assert read.headers["etag"] != (await admin.get(f"/v1/organisations/{stays}")).headers["etag"]
    changed = await admin.patch(address, {"abbreviations": ["KEHA"]}, version=read.json()["version"])
    assert (changed.status_code, changed.json()["id"], changed.json()["merged_into"]) == (200, stays, stays)
    assert (await admin.get(f"/v1/organisations/{stays}")).json()["abbreviations"] == ["KEHA"]
