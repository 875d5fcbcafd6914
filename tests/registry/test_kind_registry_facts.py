"""Facts belong to the row they came from and to the day of its list: lists in any order, by hand and by file."""

import csv
import itertools
import random
from collections import defaultdict
from decimal import Decimal
from uuid import UUID

import pytest

from services.contracts.roles import Grant, Role
from services.registry.imports import applying, staging
from tests.registry.test_imports import ADMIN, CLEAN, DIRTY, LATER, importing, line_of, rows_of, some_rows, the_project
from tests.registry.test_imports_workbooks import ROW, a_workbook

__all__ = ["importing", "rows_of"]

OLD, NEW = "2012-01-31", "2014-06-30"
GRANTED = {"S10324": {"granted_eu_state_eur": "100"}, "S10325": {"granted_eu_state_eur": "200"}}


def shown(project):
    """What a project shows, without what differs from register to register: ids, versions, instants."""
    hidden = {"id", "slug", "version", "known_at", "created_at"}
    return {
        **{name: value for name, value in project.items() if name not in hidden},
        "parties": [(party["role"], party["organisation_name"]["fi"]) for party in project["parties"]],
    }


def line(project, kind, source="eu_and_state"):
    [found] = [one for one in project["funding"] if (one["kind"], one["source"]) == (kind, source)]
    return found


def amount(project, kind):
    return line(project, kind)["amount"]


async def linked(client, code, other):
    admin = client("registry", ADMIN)
    ids = [(await the_project(client, one))["id"] for one in (code, other)]
    answer = await admin.post(f"/v1/projects/{ids[0]}/links", {"other": ids[1]})
    assert answer.status_code == 201, answer.text
    return f"/v1/projects/{ids[0]}/links/{answer.json()['id']}"


async def patched(client, code, body):
    project = await the_project(client, code)
    answer = await client("registry", ADMIN).patch(f"/v1/projects/{project['id']}", body, version=project["version"])
    assert answer.status_code == 200, answer.text
    return answer.json()


async def undo(client, *imports):
    for import_ in imports:
        answer = await client("registry", ADMIN).post(f"/v1/imports/{import_['id']}/undo")
        assert (answer.status_code, answer.json()["state"]) == (200, "undone"), answer.text


async def test_the_amounts_of_two_numbers_are_added_however_often_the_list_comes(
    client, importing, superuser, monkeypatch
):
    for module in (staging, applying):
        monkeypatch.setattr(module, "CHUNK_ROWS", 1)  # Rows of one project need not be in one chunk.
    content = some_rows(2, **GRANTED)
    await importing(content, apply=True, list_on=OLD)
    await linked(client, "S10324", "S10325")
    revisions = await superuser.fetchval("SELECT count(*) FROM registry.project_revisions")
    for list_on in (OLD, NEW):
        again = await importing(content, apply=True, list_on=list_on)
        assert (again["counts"]["same"], again["list_on"]) == (2, list_on)
        project = await the_project(client, "S10325")
        assert amount(project, "granted") == "300.00"
        assert [part["amount"] for part in line(project, "granted")["parts"]] == ["100.00", "200.00"]
    assert project["last_listed_on"] == NEW
    assert await superuser.fetchval("SELECT count(*) FROM registry.project_revisions") == revisions


async def test_an_older_list_changes_nothing_that_is_shown_but_tells_the_past(client, importing):
    await importing(some_rows(1, S10324={"name_fi": "Uusi nimi"}), apply=True, list_on=NEW)
    older = await importing(some_rows(1), apply=True, list_on=OLD)
    assert (older["counts"]["same"], older["counts"]["changed"]) == (1, 0)
    project = await the_project(client, "S10324")
    assert (project["name"]["fi"], project["version"], project["last_listed_on"]) == ("Uusi nimi", 1, NEW)
    then = await client("registry", ADMIN).get(f"/v1/projects/{project['id']}", as_of="2013-01-01")
    assert then.json()["name"]["fi"] == "HoivaRekry"


async def test_one_edited_line_locks_no_other_and_is_released(client, importing, rows_of):
    await importing(some_rows(1), apply=True, list_on=OLD)
    project = await the_project(client, "S10324")
    lines = [{**one, "amount": "7.00"} if one["kind"] == "granted" else one for one in project["funding"]]
    lines = [{name: value for name, value in one.items() if name != "parts"} for one in lines]
    await patched(client, "S10324", {"funding": lines})
    news = {"granted_eu_state_eur": "100", "realised_eu_state_eur": "90"}
    newer = await importing(some_rows(1, S10324=news), apply=True, list_on=NEW)
    assert newer["counts"]["conflict"] == 1
    [row] = await rows_of(newer, verdict="conflict")
    assert {one["field"]: (one["after"], one["kept"]) for one in row["diff"]} == {
        "granted": ("100.00", True),
        "realised": ("90.00", False),
    }
    project = await the_project(client, "S10324")
    assert (amount(project, "granted"), amount(project, "realised")) == ("7.00", "90.00")
    admin, address = client("registry", ADMIN), f"/v1/projects/{project['id']}/statements"
    [said] = (await admin.get(address, source="person")).json()["items"]
    assert (await admin.delete(f"{address}/{said['id']}", version=said["version"])).status_code == 204
    assert amount(await the_project(client, "S10324"), "granted") == "100.00"


async def test_an_undo_leaves_what_the_other_lists_say(client, importing):
    imports = [
        await importing(some_rows(1, S10324={"name_fi": name}), apply=True, list_on=list_on)
        for name, list_on in (("Ensin", OLD), ("Lopuksi", NEW))
    ]
    await undo(client, imports[1])
    assert (await the_project(client, "S10324"))["name"]["fi"] == "Ensin"
    await undo(client, imports[0])
    assert await the_project(client, "S10324") is None


async def test_a_project_that_a_relation_names_survives_an_undo(client, importing):
    import_ = await importing(some_rows(2), apply=True)
    admin, project = client("registry", ADMIN), await the_project(client, "S10324")
    home = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Koordinaatio"}}
    home_id = (await admin.post("/v1/projects", home)).json()["id"]
    await admin.post(f"/v1/projects/{home_id}/relations", {"kind": "coordinates", "other": project["id"]})
    await undo(client, import_)
    left = (await admin.get(f"/v1/projects/{project['id']}")).json()
    assert (left["name"], left["state"]) == ({"fi": "S10324"}, "idea")
    assert (await client("registry").get(f"/v1/projects/{project['id']}")).status_code == 404
    await importing(some_rows(2), apply=True)
    assert (await the_project(client, "S10324"))["id"] == project["id"]


def two_days(content_of):
    return [(OLD, content_of("Vanha nimi", "10")), (NEW, content_of("Uusi nimi", "20"))]


def later_rows(name, granted):
    with LATER.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[:3]
    place = {column: index for index, column in enumerate(rows[0])}
    rows[1][place["name_fi"]], rows[2][place["granted_eu_state_eur"]] = name, granted
    return "\n".join(";".join(row) for row in rows).encode()


def raw_rows(name, granted):
    header, *rows = [line.decode("latin-1") for line in DIRTY.read_bytes().splitlines()[:3]]
    code = rows[0].split(",")[0]
    part = "Valtakunnallinen osio,2,Viranomainen,Keskeytynyt,1.1.2009,31.12.2010,Toteuttaja"
    rows[0] = f"{code},ESR,{name},{part},{granted},1,2,3"
    return "\r\n".join([header, *rows]).encode("latin-1")


def clean_rows(name, granted):
    return some_rows(2, S10324={"name_fi": name}, S10325={"granted_eu_state_eur": granted, "beneficiary": name})


LISTS = [*two_days(clean_rows), *two_days(later_rows), *two_days(raw_rows)]
CODES = {"clean": "S10324", "second": "S10325", "later": "S20156"}


async def after_imports(client, importing, order, times):
    """Import the lists in the order, link, import them all again in the order, and return what is shown."""
    imports = [await importing(content, apply=True, list_on=list_on) for list_on, content in order]
    links = [await linked(client, "S10324", "S10325"), await linked(client, "S10324", "S20156")]
    for _ in range(times - 1):
        imports += [await importing(content, apply=True, list_on=list_on) for list_on, content in order]
    projects = [await the_project(client, code) for code in ("S10324", *codes_of_raw(), "S20157")]
    facts = [shown(project) for project in projects if project]
    for link in reversed(links):
        version = (await client("registry", ADMIN).get(link.rsplit("/", 1)[0])).json()["items"][0]["version"]
        assert (await client("registry", ADMIN).delete(link, version=version)).status_code == 204
    await undo(client, *imports)
    return facts


def codes_of_raw():
    return [line.split(b",")[0].decode() for line in DIRTY.read_bytes().splitlines()[1:3]]


async def assert_all_orders_agree(client, importing, superuser, orders):
    seen = []
    for order, times in orders:
        seen.append(await after_imports(client, importing, order, times))
        assert seen[-1] == seen[0]
        for table in ("projects", "organisations", "list_statements"):
            assert await superuser.fetchval(f"SELECT count(*) FROM registry.{table}") == 0, table


@pytest.mark.slow
async def test_the_same_lists_in_any_order_and_any_number_of_times_show_the_same(client, importing, superuser):
    chance = random.Random(6)  # noqa: S311 - The same orders every time.
    orders = [(chance.sample(LISTS, len(LISTS)), times) for times in (1, 2, 3, 1, 2, 1)]
    await assert_all_orders_agree(client, importing, superuser, orders)


@pytest.mark.slow
async def test_the_control_sums_stand_by_number_after_every_step(client, importing, superuser):
    with CLEAN.open(encoding="utf-8") as file:
        rows = {f"eura2007:{row['code']}": row for row in csv.DictReader(file)}
    columns = {
        ("granted", "eu_and_state"): "granted_eu_state_eur",
        ("realised", "eu_and_state"): "realised_eu_state_eur",
        ("planned", "public"): "planned_public_eur",
        ("realised", "public"): "realised_public_eur",
    }

    async def check():
        sums = defaultdict(Decimal)
        parts = await superuser.fetch(
            "SELECT f.kind, f.source, p ->> 'identifier' AS number, (p ->> 'amount')::numeric AS amount"
            " FROM registry.project_funding AS f JOIN registry.projects AS o ON o.id = f.project_id,"
            " jsonb_array_elements(f.parts) AS p WHERE o.merged_into IS NULL"
        )
        for part in parts:
            assert part["amount"] == Decimal(rows[part["number"]][columns[part["kind"], part["source"]]])
            sums[part["kind"], part["source"]] += part["amount"]
        assert [sums[key] for key in columns] == [1225112342, 1171133889, 1436158155, 1363014027]
        total = await superuser.fetchval(
            "SELECT sum(amount) FROM registry.project_funding AS f JOIN registry.projects AS o ON o.id = f.project_id"
            " WHERE o.merged_into IS NULL"
        )
        assert total == sum(sums.values())

    await importing(CLEAN.read_bytes(), apply=True, list_on=OLD)
    await check()
    codes = list(itertools.islice((number.partition(":")[2] for number in rows), 6))
    for code, other in ((codes[0], codes[1]), (codes[2], codes[3]), (codes[0], codes[5])):
        await linked(client, code, other)
        await check()
    for list_on in (OLD, NEW):
        again = await importing(CLEAN.read_bytes(), apply=True, list_on=list_on)
        assert again["counts"]["same"] == 2775
        await check()
    await undo(client, again)
    await check()


@pytest.mark.slow
async def test_an_undo_of_the_whole_list_leaves_what_one_person_has_said(client, importing, rows_of, superuser):
    import_ = await importing(CLEAN.read_bytes(), apply=True, list_on=OLD)
    await patched(client, "S10325", {"name": {"fi": "Oma nimi"}})
    await undo(client, import_)
    for table, count in {"projects": 1, "organisations": 0, "list_statements": 0, "person_statements": 1}.items():
        assert await superuser.fetchval(f"SELECT count(*) FROM registry.{table}") == count, table
    assert [row["code"] for row in await rows_of(import_, kept=True)] == ["S10325"]
    assert (await client("registry", ADMIN).get("/v1/projects", identifier="S10325")).json()["items"][0]["name"] == {
        "fi": "Oma nimi"
    }


# Hand and file obey one set of rules.


async def test_a_number_means_one_project_however_it_is_written(importing, rows_of):
    rows = [{**ROW, "Hankekoodi": code} for code in ("s90041", "S 90041", "S-90042")]
    import_ = await importing(a_workbook(rows), file_name="a.xlsx")
    assert [(row["code"], row["verdict"]) for row in await rows_of(import_) if row["code"]] == [
        ("S90041", "new"),
        ("S90041", "rejected"),
        ("S90042", "new"),
    ]


async def test_a_fund_that_is_in_no_list_is_refused_by_hand_and_by_file(client, importing, rows_of):
    import_ = await importing(some_rows(2, S10324={"fund": "EMR"}))
    assert (import_["counts"]["rejected"], import_["counts"]["new"]) == (1, 1)
    [row] = await rows_of(import_, verdict="rejected")
    assert [(one["column"], one["rule"], one["value"]) for one in row["problems"]] == [("fund", "unknown-code", "EMR")]


async def test_an_interruption_has_a_reason_the_list_that_says_so(client, importing):
    await importing(some_rows(1, S10324={"status": "Keskeytynyt"}), apply=True)
    [state] = (await the_project(client, "S10324"))["states"]
    assert (state["state"], state["reason"]) == ("interrupted", "rakennerahastot.fi: hankelista 2007-2013")


@pytest.mark.parametrize("form", [False, True])
async def test_a_coordinator_enters_projects_by_file_as_by_form(client, importing, superuser, form):
    admin = client("registry", ADMIN)
    home = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Koordinaatio"}}
    home_id = (await admin.post("/v1/projects", home)).json()["id"]
    own = Grant(Role.coordinator, coordination_id=UUID(home_id))
    file_name = "a.csv" if form else None
    import_ = await importing(some_rows(3), apply=True, grant=own, coordinated_by=home_id, file_name=file_name)
    assert (import_["counts"]["new"], import_["coordinated_by"]) == (3, home_id)
    entered = (await admin.get("/v1/projects", coordination=home_id)).json()["items"]
    assert len(entered) == 3
    assert (await the_project(client, "S10324"))["coordinated_by"][0]["id"] == home_id
    await undo(client, import_)
    assert await superuser.fetchval("SELECT count(*) FROM registry.projects") == 1
    assert await superuser.fetchval("SELECT count(*) FROM registry.organisations") == 0


async def test_nobody_names_the_coordination_of_others_or_a_project_that_does_not_lead(client):
    admin = client("registry", ADMIN)
    home = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Koordinaatio"}}
    pilot = {**home, "kind": "pilot", "name": {"fi": "Kokeilu"}}
    home_id, pilot_id = [(await admin.post("/v1/projects", body)).json()["id"] for body in (home, pilot)]
    stranger = client("registry", Grant(Role.coordinator, coordination_id=UUID(pilot_id)))

    async def uploaded(caller, **options):
        kind = {"Content-Type": "text/csv"}
        answer = await caller.send("POST", "/v1/imports", content=some_rows(1), headers=kind, params=options)
        return answer.status_code, answer.json().get("code")

    assert await uploaded(stranger, coordinated_by=home_id) == (403, "forbidden")
    assert await uploaded(admin, coordinated_by=pilot_id) == (422, "unknown-project")
    assert await uploaded(admin, coordinated_by="olematon") == (422, "unknown-project")
    assert await uploaded(admin, list_on="2999-01-01") == (422, "invalid")
    assert await uploaded(admin, list_on="eilen") == (422, "invalid")


async def test_the_day_in_the_file_comes_before_the_given_day(importing):
    named = await importing(a_workbook([ROW]), file_name="a.xlsx", list_on="2024-01-31")
    assert named["list_on"] == "2024-05-01"
    given = await importing(some_rows(1), file_name="a.csv", list_on=OLD)
    assert given["list_on"] == OLD


# Areas.

SOUTHERN = "S10324"


async def test_the_parts_of_a_programme_are_areas_but_the_national_one(client, importing):
    await importing(some_rows(1) + line_of("S10370") + line_of(SOUTHERN), apply=True)
    national, regional = await the_project(client, "S10370"), await the_project(client, SOUTHERN)
    assert (national["scope"], national["areas"]) == ("national", [])
    assert regional["programme_part"] == "Etelä-Suomen suuralueosio"
    assert [(area["scheme"], area["code"]) for area in regional["areas"]] == [("suuralue_2007", "FI18")]
    found = await client("registry").get("/v1/projects", region="suuralue_2007:FI18")
    assert [item["id"] for item in found.json()["items"]] == [regional["id"]]


@pytest.mark.parametrize(
    ("location", "areas", "scope", "warnings"),
    [
        ("FI193 Keski-Suomi", [("nuts3_2021", "FI193")], "regional", 0),
        ("FI193 Keski-Suomi, FI194 Etelä-Pohjanmaa", [("nuts3_2021", "FI193"), ("nuts3_2021", "FI194")], "regional", 0),
        ("FI198 Keski-Suomi", [("nuts3_2024", "FI198")], "regional", 0),
        ("FI19 Länsi-Suomi", [("nuts2_2021", "FI19")], "regional", 0),
        ("Valtakunnallinen", [], "national", 0),
        ("Keski-Suomi", [], "regional", 1),
        ("FI9ZZ Muualla", [], "regional", 1),
    ],
)
async def test_a_location_is_areas_and_the_whole_country_a_scope(client, importing, location, areas, scope, warnings):
    import_ = await importing(a_workbook([{**ROW, "Sijainti": location}]), apply=True, file_name="a.xlsx")
    assert import_["warnings"] == warnings
    project = await the_project(client, "S30001")
    assert ([(area["scheme"], area["code"]) for area in project["areas"]], project["scope"]) == (areas, scope)
