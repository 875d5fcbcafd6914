"""Imports beside persons: whose value stays, what an undo takes back, who may do what."""

import asyncio
from uuid import UUID

import pytest

from services.contracts.roles import Grant, Role
from services.kernel.data.ids import new_id
from tests.registry.test_imports import ADMIN, CLEAN, importing, line_of, rows_of, some_rows, the_project

__all__ = ["importing", "rows_of"]

COORDINATOR = Grant(Role.coordinator, coordination_id=new_id())
ELSEWHERE = Grant(Role.coordinator, coordination_id=new_id())
EMPTY = {
    "projects",
    "organisations",
    "imported_names",
    "project_funding",
    "project_revisions",
    "search_documents",
}


async def undone(client, import_, grant=ADMIN):
    return await client("registry", grant).post(f"/v1/imports/{import_['id']}/undo")


async def test_an_undone_import_leaves_nothing(client, importing, superuser, outbox_kinds):
    import_ = await importing(some_rows(12), apply=True)
    answer = await undone(client, import_)
    assert (answer.status_code, answer.json()["state"]) == (200, "undone"), answer.text
    for table in EMPTY:
        assert await superuser.fetchval(f"SELECT count(*) FROM registry.{table}") == 0, table
    kinds = await outbox_kinds("registry")
    assert kinds.count("vipu.project.removed.v1") == 12 and kinds[-1] == "vipu.import.undone.v1"
    assert (await undone(client, import_)).json()["code"] == "state-conflict"
    again = await importing(some_rows(12), apply=True)
    assert again["counts"]["new"] == 12


async def test_an_import_changes_what_the_list_changed_and_its_undo_restores_it(client, importing, rows_of):
    await importing(some_rows(3), apply=True)
    before = await the_project(client, "S10324")
    news = {"name_fi": "Uusi nimi", "status": "Keskeytynyt", "end": "2011-05-31", "realised_public_eur": "1"}
    changed = await importing(some_rows(3, S10324={**news, "beneficiary": "Uusi toteuttaja ry"}), apply=True)
    assert (changed["counts"]["changed"], changed["counts"]["same"]) == (1, 2)
    row = (await rows_of(changed, verdict="changed"))[0]
    assert [one["field"] for one in row["diff"]] == ["name", "state", "ends_on", "beneficiary", "realised_public"]
    assert row["diff"][0] == {"field": "name", "before": "HoivaRekry", "after": "Uusi nimi", "kept": False}
    after = await the_project(client, "S10324")
    assert (after["name"]["fi"], after["state"], after["ends_on"]) == ("Uusi nimi", "interrupted", "2011-05-31")
    assert after["version"] == 2
    assert (await undone(client, changed)).status_code == 200
    restored = await the_project(client, "S10324")
    time_fields = {"version", "known_at"}
    assert {name: value for name, value in restored.items() if name not in time_fields} == {
        name: value for name, value in before.items() if name not in time_fields
    }
    revisions = (await client("registry", ADMIN).get(f"/v1/projects/{before['id']}/revisions")).json()
    assert [one["batch_id"] is not None for one in revisions["items"]] == [True, True, True]


async def test_an_earlier_import_can_be_undone_before_a_later_one(client, importing, superuser):
    first = await importing(some_rows(2), apply=True)
    second = await importing(some_rows(2, S10324={"name_fi": "Uusi nimi"}), apply=True)
    assert (await undone(client, first)).status_code == 200
    project = await the_project(client, "S10324")
    assert (project["name"]["fi"], project["version"]) == ("Uusi nimi", 2)
    assert (await undone(client, second)).status_code == 200
    for table in EMPTY:
        assert await superuser.fetchval(f"SELECT count(*) FROM registry.{table}") == 0, table


async def test_a_field_that_a_person_set_stays_and_is_listed(client, importing, rows_of):
    await importing(some_rows(2), apply=True)
    project = await the_project(client, "S10324")
    admin = client("registry", ADMIN)
    edit = await admin.patch(f"/v1/projects/{project['id']}", {"name": {"fi": "Ihmisen nimi"}}, version=1)
    assert edit.status_code == 200, edit.text
    again = await importing(some_rows(2, S10324={"realised_eu_state_eur": "5"}), apply=True)
    assert (again["counts"]["conflict"], again["counts"]["same"]) == (1, 1)
    row = (await rows_of(again, verdict="conflict"))[0]
    assert {one["field"]: one["kept"] for one in row["diff"]} == {"name": True, "realised": False}
    after = await the_project(client, "S10324")
    assert after["name"] == {"fi": "Ihmisen nimi"}
    assert "5.00" in {line["amount"] for line in after["funding"]}


async def test_an_undo_takes_all_away_but_what_a_person_has_said_which_is_listed(client, importing, rows_of, superuser):
    import_ = await importing(some_rows(3), apply=True)
    project = await the_project(client, "S10325")
    admin = client("registry", ADMIN)
    await admin.patch(f"/v1/projects/{project['id']}", {"name": {"fi": "Toinen"}}, version=1)
    answer = await undone(client, import_)
    assert (answer.status_code, answer.json()["state"], answer.json()["kept"]) == (200, "undone", 1)
    assert [(row["line"], row["code"]) for row in await rows_of(import_, kept=True)] == [(3, "S10325")]
    assert len(await rows_of(import_, kept=False)) == 3  # The header is a line too.
    left = (await admin.get(f"/v1/projects/{project['id']}")).json()
    assert (left["name"], left["state"], left["funding"], left["parties"]) == ({"fi": "Toinen"}, "idea", [], [])
    assert [number["value"] for number in left["identifiers"]] == ["S10325"]
    assert await superuser.fetchval("SELECT count(*) FROM registry.projects") == 1
    assert await superuser.fetchval("SELECT count(*) FROM registry.organisations") == 0
    again = await importing(some_rows(3), apply=True)
    assert (again["counts"]["new"], again["counts"]["conflict"]) == (2, 1)
    back = await the_project(client, "S10325")
    assert (back["id"], back["name"]["fi"], len(back["funding"])) == (project["id"], "Toinen", 4)


async def test_an_undo_leaves_the_organisations_that_persons_and_other_sources_name(client, importing, superuser):
    import_ = await importing(some_rows(3), apply=True)
    admin, project = client("registry", ADMIN), await the_project(client, "S10324")
    named = {party["role"]: party["organisation_id"] for party in project["parties"]}
    by_hand = {"parties": [{"role": "partner", "organisation_id": named["implementer"]}]}
    by_page = {
        "parties": [{"role": "host", "organisation_id": named["funder"]}],
        "source": {"list_kind": "project_page", "list_on": "2010-01-01", "label": "Hankkeen verkkosivu"},
    }
    for version, body in ((project["version"], by_hand), (project["version"] + 1, by_page)):
        answer = await admin.patch(f"/v1/projects/{project['id']}", body, version=version)
        assert answer.status_code == 200, answer.text
    assert (await undone(client, import_)).status_code == 200
    left = await superuser.fetch("SELECT id FROM registry.organisations")
    assert {str(row["id"]) for row in left} == set(named.values())
    parties = (await admin.get(f"/v1/projects/{project['id']}")).json()["parties"]
    assert {(party["role"], party["organisation_id"]) for party in parties} == {
        ("partner", named["implementer"]),
        ("host", named["funder"]),
    }


async def test_a_renamed_organisation_is_still_the_one_the_list_means(client, importing):
    await importing(some_rows(2), apply=True)
    admin = client("registry", ADMIN)
    organisation = (await admin.get("/v1/organisations", q="Päijät-Hämeen")).json()["items"][0]
    named = {"name": {"fi": "Koulutuskeskus Salpaus"}}
    await admin.patch(f"/v1/organisations/{organisation['id']}", named, version=organisation["version"])
    again = await importing(some_rows(2))
    assert again["counts"]["same"] == 2


@pytest.mark.parametrize(
    ("grants", "status"),
    [((), 401), ((Grant(Role.funder),), 403), ((Grant(Role.project_contact, project_id=new_id()),), 403)],
)
async def test_only_coordinators_and_admins_import(client, superuser, grants, status):
    caller = client("registry", *grants)
    answer = await caller.send("POST", "/v1/imports", content=some_rows(1), headers={"Content-Type": "text/csv"})
    assert answer.status_code == status
    assert await superuser.fetchval("SELECT count(*) FROM registry.imports") == 0


async def answers_of(caller, import_):
    """The statuses of all that can be done with one import."""
    address = f"/v1/imports/{import_['id']}"
    listed = import_["id"] in {one["id"] for one in (await caller.get("/v1/imports")).json()["items"]}
    done = [await caller.get(f"{address}/rows"), await caller.post(f"{address}/undo")]
    return [(await caller.get(address)).status_code, listed, *(answer.status_code for answer in done)]


SEEN, HIDDEN = [200, True, 200, 409], [404, False, 404, 404]  # 409: it is not applied yet.


@pytest.mark.parametrize(
    ("made_with", "seen_with", "expected"),
    [
        ((COORDINATOR,), (COORDINATOR,), SEEN),
        ((COORDINATOR,), (COORDINATOR, ELSEWHERE), SEEN),
        ((COORDINATOR,), (ELSEWHERE,), HIDDEN),
        ((COORDINATOR,), (ELSEWHERE, Grant(Role.project_contact, project_id=COORDINATOR.coordination_id)), HIDDEN),
        ((COORDINATOR, ELSEWHERE), (COORDINATOR,), HIDDEN),
        ((COORDINATOR, ELSEWHERE), (ELSEWHERE, COORDINATOR), SEEN),
        ((ADMIN,), (COORDINATOR,), HIDDEN),
        ((ADMIN,), (Grant(Role.coordinator),), SEEN),
        ((COORDINATOR,), (ADMIN,), SEEN),
    ],
)
@pytest.mark.parametrize("subject", ["tester", "another-person"])
async def test_an_import_belongs_to_coordinations_and_not_to_a_person(
    client, applications, made_with, seen_with, expected, subject
):
    kind = {"Content-Type": "text/csv"}
    maker = client("registry", *made_with)
    made = await maker.send("POST", "/v1/imports", content=some_rows(1), headers=kind)
    await applications.worker("registry").drain()
    caller = client("registry", *seen_with, subject=subject)
    assert await answers_of(caller, made.json()) == expected
    if expected == HIDDEN:
        assert (await caller.post(f"/v1/imports/{made.json()['id']}/apply")).status_code == 404
        assert (await maker.get(f"/v1/imports/{made.json()['id']}")).json()["state"] == "analysed"


async def test_a_file_confirms_no_guess_about_a_draft_of_others(client, importing, rows_of, superuser):
    await importing(some_rows(2), apply=True)
    await superuser.execute(
        "UPDATE registry.projects AS p SET state = 'idea' FROM registry.project_identifiers AS i"
        " WHERE i.project_id = p.id AND i.value = 'S10324'"
    )
    for file in (some_rows(2), some_rows(2, S10324={"name_fi": "Vieras nimi"})):
        import_ = await importing(file, grant=COORDINATOR)
        row = next(one for one in await rows_of(import_) if one["code"] == "S10324")
        assert (row["verdict"], row["project_id"], row["diff"]) == ("rejected", None, [])
        assert row["problems"][0]["rule"] == "not-yours"


async def test_a_coordinator_does_not_change_the_projects_of_others_by_file(client, importing, rows_of):
    await importing(some_rows(2), apply=True)
    import_ = await importing(some_rows(2, S10324={"name_fi": "Vieras nimi"}), apply=True, grant=COORDINATOR)
    assert (import_["counts"]["rejected"], import_["counts"]["same"]) == (1, 1)
    assert (await rows_of(import_, verdict="rejected"))[0]["problems"][0]["rule"] == "not-yours"
    assert (await the_project(client, "S10324"))["name"]["fi"] == "HoivaRekry"


async def test_a_coordinator_enters_no_projects_by_file_that_could_not_be_entered_by_hand(client, importing, superuser):
    import_ = await importing(some_rows(3), apply=True, grant=COORDINATOR)
    assert (import_["counts"]["rejected"], import_["counts"]["new"]) == (3, 0)
    for table in ("projects", "organisations"):
        assert await superuser.fetchval(f"SELECT count(*) FROM registry.{table}") == 0
    everywhere = await importing(some_rows(3), apply=True, grant=Grant(Role.coordinator))
    assert everywhere["counts"]["new"] == 3


async def test_a_coordinator_brings_the_own_projects_up_to_a_list(client, importing, superuser):
    await importing(some_rows(2), apply=True)
    admin, project = client("registry", ADMIN), await the_project(client, "S10324")
    home = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Koordinaatio"}}
    home_id = (await admin.post("/v1/projects", home)).json()["id"]
    await admin.post(f"/v1/projects/{home_id}/relations", {"kind": "coordinates", "other": project["id"]})
    own = Grant(Role.coordinator, coordination_id=UUID(home_id))
    import_ = await importing(some_rows(2, S10324={"name_fi": "Uusi nimi"}), apply=True, grant=own)
    assert (import_["counts"]["changed"], import_["counts"]["same"]) == (1, 1)
    assert (await the_project(client, "S10324"))["name"]["fi"] == "Uusi nimi"


async def test_a_file_discloses_no_idea_that_the_uploader_may_not_see(client, importing, rows_of):
    await importing(some_rows(2), apply=True)
    project = await the_project(client, "S10324")
    await client("registry", ADMIN).patch(f"/v1/projects/{project['id']}", {"state": "idea"}, version=1)
    import_ = await importing(some_rows(1), grant=COORDINATOR)
    row = (await rows_of(import_))[0]
    assert (row["verdict"], row["diff"], row["project_id"]) == ("rejected", [], None)
    assert [one["rule"] for one in row["problems"]] == ["not-yours"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b,c\n1,2,3\n", "unknown-import-format"),
        (b"\x00\x01\x02", "unreadable-import"),
        (b"PK\x03\x04 no workbook", "unreadable-import"),
        (b"\n\n\n", "unreadable-import"),
        (b"", "invalid"),
        (b'"' * 300_000, "unknown-import-format"),
    ],
)
async def test_a_file_of_no_register_is_refused_at_once(client, content, code):
    answer = await client("registry", ADMIN).send(
        "POST", "/v1/imports", content=content, headers={"Content-Type": "text/csv"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_a_body_of_another_kind_is_refused(client):
    answer = await client("registry", ADMIN).post("/v1/imports", {"rows": []})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


async def test_an_import_is_applied_once(client, importing, applications):
    import_ = await importing(some_rows(5))
    admin = client("registry", ADMIN)
    answers = await asyncio.gather(*(admin.post(f"/v1/imports/{import_['id']}/apply") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409]
    await applications.worker("registry").drain()
    assert (await admin.get(f"/v1/imports/{import_['id']}")).json()["rows_done"] == 5
    assert (await admin.post(f"/v1/imports/{import_['id']}/apply")).json()["code"] == "state-conflict"


@pytest.mark.parametrize("way", ["bare", "form"])
async def test_the_same_upload_with_one_key_is_one_import(client, way):
    body, kind = some_rows(1), "text/csv"
    if way == "form":
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        body, kind = head + body + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
    headers = {"Content-Type": kind, "Idempotency-Key": "0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a11"}
    admin = client("registry", ADMIN)
    answers = [await admin.send("POST", "/v1/imports", content=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert len((await admin.get("/v1/imports")).json()["items"]) == 1


async def test_odd_cells_are_rejected_with_their_place(importing, rows_of):
    header = CLEAN.read_bytes().splitlines(keepends=True)[0]
    good = line_of("S10370").decode()
    odd = [
        good.replace("620000", "1e400", 1),
        good.replace("S10370", "S1").replace("Työstä", "Ty\x07stä"),
        good.replace("S10370", "S2").replace("Työstä työhön", "x" * 400),
        good.replace("S10370", "S3").replace("2008-09-01", "99999-01-01"),
        good.replace("S10370", "S6").replace("2008-09-01", "0001-01-01"),
        good.replace("S10370", "S4").replace("620000", "99999999999999999999"),
        "S5,ESR,kolme\n",
    ]
    import_ = await importing(header + "".join(odd).encode())
    assert (import_["counts"]["rejected"], import_["counts"]["new"]) == (7, 0)
    rules = [row["problems"][0]["rule"] for row in await rows_of(import_)]
    assert rules == [
        "not-an-amount",
        "not-clean",
        "too-long",
        "not-a-day",
        "not-a-day",
        "not-an-amount",
        "missing",
    ]
