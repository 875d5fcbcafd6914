"""Imports: the real lists come in, again, changed by persons, and go out."""

import csv
import io
import json
from decimal import Decimal

import pytest

from services.contracts.roles import Grant, Role
from services.demo.register import REGISTER_FILE
from tests.data import TEST_DATA

ADMIN = Grant(Role.admin)
CLEAN = REGISTER_FILE
DIRTY = TEST_DATA / "esr_2007_2013_dirty_latin1_sample.csv"
LATER = TEST_DATA / "esr_2014_2020_operations_sample.csv"


def some_rows(count, **changes):
    """Return the first rows of the clean list; `changes` maps a number to columns that differ."""
    with CLEAN.open(encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = [{**row, **changes.get(row["code"], {})} for row, _ in zip(reader, range(count), strict=False)]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def importing(client, applications):
    """`await importing(content)` uploads and analyses, and applies with `apply=True`. Returns the import."""

    async def go(content, *, apply=False, grant=ADMIN, file_name=None, **options):
        caller = client("registry", grant)
        if file_name is None:
            kind = {"Content-Type": "text/csv"}
            made = await caller.send("POST", "/v1/imports", content=content, headers=kind, params=options)
        else:
            made = await caller.send("POST", "/v1/imports", files={"file": (file_name, content)}, data=options)
        assert made.status_code == 202, made.text
        address = made.headers["location"].removeprefix("/api/registry")
        await applications.worker("registry").drain()
        if apply:
            answer = await caller.post(f"{address}/apply")
            assert answer.status_code == 202, answer.text
            await applications.worker("registry").drain()
        return (await caller.get(address)).json()

    return go


@pytest.fixture
def rows_of(client):
    """`await rows_of(import_)` lists its rows, without the ignored lines unless a filter names them."""

    async def rows(import_, **filters):
        answer = await client("registry", ADMIN).get(f"/v1/imports/{import_['id']}/rows", format="jsonl", **filters)
        assert answer.status_code == 200, answer.text
        listed = [json.loads(line) for line in answer.text.splitlines()]
        return [row for row in listed if filters or row["verdict"] != "ignored"]

    return rows


async def the_project(client, code):
    listed = (await client("registry").get("/v1/projects", identifier=code)).json()["items"]
    return (await client("registry").get(f"/v1/projects/{listed[0]['id']}")).json() if listed else None


# The first 6 000 different words that a process indexes take a quarter of a second.
@pytest.mark.slow
async def test_the_whole_list_agrees_with_its_control_sums(client, importing, rows_of, superuser):
    import_ = await importing(CLEAN.read_bytes(), apply=True)
    assert (import_["state"], import_["rows_total"], import_["rows_done"]) == ("applied", 2775, 2775)
    assert import_["counts"] == {"new": 2775, "changed": 0, "same": 0, "conflict": 0, "rejected": 0, "ignored": 1}
    sums = {name: total for name, total in import_["sums"].items() if total is not None}
    assert sums == {
        "granted": "1225112342.00",
        "realised": "1171133889.00",
        "planned_public": "1436158155.00",
        "realised_public": "1363014027.00",
    }
    stored = await superuser.fetch(
        "SELECT kind, source, sum(amount) AS total FROM registry.project_funding GROUP BY kind, source"
    )
    assert {(row["kind"], row["source"]): row["total"] for row in stored} == {
        ("granted", "eu_and_state"): Decimal(1225112342),
        ("realised", "eu_and_state"): Decimal(1171133889),
        ("planned", "public"): Decimal(1436158155),
        ("realised", "public"): Decimal(1363014027),
    }
    assert import_["warnings"] == 2
    warned = await rows_of(import_, severity="warning")
    assert {row["code"]: row["problems"][0]["value"] for row in warned} == {
        "S10529": "1751385.00 > 1751384.00",
        "S10530": "218715.00 > 218714.00",
    }
    for table in ("projects", "project_revisions"):
        assert await superuser.fetchval(f"SELECT count(*) FROM registry.{table}") == 2775
    announced = await superuser.fetchval("SELECT count(*) FROM registry.outbox WHERE kind = 'vipu.project.created.v1'")
    assert announced == 2775


async def test_a_row_becomes_a_project_with_all_it_says(client, importing):
    await importing(CLEAN.read_bytes().split(b"\n", 1)[0] + b"\n" + line_of("S10370"), apply=True)
    project = await the_project(client, "S10370")
    assert project["name"] == {"fi": "Työstä työhön -kehittämisohjelma"}
    assert (project["kind"], project["scope"], project["state"]) == ("national", "national", "ended")
    assert (project["starts_on"], project["ends_on"]) == ("2008-09-01", "2011-12-31")
    assert (project["programme_period"], project["fund"], project["priority_axis"]) == ("2007-2013", "ESR", "2")
    assert {(line["kind"], line["source"]): line["amount"] for line in project["funding"]} == {
        ("granted", "eu_and_state"): "620000.00",
        ("realised", "eu_and_state"): "513200.00",
        ("planned", "public"): "620000.00",
        ("realised", "public"): "513200.00",
    }
    assert {party["role"]: party["organisation_name"]["fi"] for party in project["parties"]} == {
        "funder": "Työ- ja elinkeinoministeriö",
        "implementer": "Työ- ja elinkeinoministeriö työllisyys- ja yrittäjyysosasto työvoima- ja yrityspalvelut -ryhmä",
    }
    items = (await client("registry").get("/v1/search", q="työstä työhön", noun="project")).json()["items"]
    assert [hit["id"] for hit in items] == [project["id"]]


def line_of(code):
    return next(line for line in CLEAN.read_bytes().splitlines(keepends=True) if line.startswith(code.encode()))


async def test_nothing_is_changed_before_the_import_is_applied(importing, superuser):
    import_ = await importing(some_rows(20))
    assert (import_["state"], import_["counts"]["new"]) == ("analysed", 20)
    for table in ("projects", "organisations", "imported_names", "import_files"):
        assert await superuser.fetchval(f"SELECT count(*) FROM registry.{table}") == 0


async def test_the_same_list_twice_changes_nothing(client, importing, superuser):
    await importing(some_rows(50), apply=True)
    revisions = "SELECT count(*) FROM registry.project_revisions"
    before = await superuser.fetchval(revisions)
    again = await importing(some_rows(50), apply=True)
    assert again["counts"] == {"new": 0, "changed": 0, "same": 50, "conflict": 0, "rejected": 0, "ignored": 1}
    assert await superuser.fetchval(revisions) == before


async def test_the_dirty_list_comes_in_whole_and_nothing_shifts(importing, rows_of):
    dirty = await importing(DIRTY.read_bytes(), file_name="projektilista-2007-2013_old.csv")
    assert (dirty["format"], dirty["file_name"]) == ("esr_2007_2013_raw", "projektilista-2007-2013_old.csv")
    assert (dirty["rows_total"], dirty["counts"]["rejected"]) == (80, 0)
    rows = {row["code"]: row["values"] for row in await rows_of(dirty)}
    assert rows["S10353"]["beneficiary"] == "Oulun yliopisto, Kajaanin yliopistokeskus, Aikuiskoulutusyksikkö"
    with CLEAN.open(encoding="utf-8") as file:
        clean = {row["code"]: row for row in csv.DictReader(file)}
    for code, values in rows.items():
        for field, column in (
            ("granted", "granted_eu_state_eur"),
            ("realised", "realised_eu_state_eur"),
            ("planned_public", "planned_public_eur"),
            ("realised_public", "realised_public_eur"),
        ):
            assert Decimal(values[field]) == Decimal(clean[code][column])
        assert (values["starts_on"], values["ends_on"]) == (clean[code]["start"], clean[code]["end"])
        assert values["programme_part"] == clean[code]["programme_part"]
        for field, column in (("name", "name_fi"), ("authority", "authority"), ("beneficiary", "beneficiary")):
            assert without_commas(values[field]) == without_commas(clean[code][column])


def without_commas(text):
    return " ".join(text.replace(",", " ").split())


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("S1,ESR,Nimi,Valtakunnallinen osio,1,V,Toiminta päättynyt,1.1.2008,31.1.2009,T,1,2,3", "beyond-repair"),
        ("S1,ESR,Nimi,Valtakunnallinen osio,1,V,Toiminta päättynyt,1.1.2008,31.1.2009,T,5,1,2,3,4", "beyond-repair"),
        ("S1,ESR,Nimi,Joku muu,1,V,Toiminta päättynyt,1.1.2008,31.1.2009,T,1,2,3,4", "beyond-repair"),
        ("S1,ESR,Nimi,Valtakunnallinen osio,1,V,Toiminta päättynyt,1.1.2008,T,1,2,3,4,5,6", "beyond-repair"),
        ("S1,ESR,Nimi,Valtakunnallinen osio,1,V,Toiminta päättynyt,31.2.2008,31.1.2009,T,1,2,3,4", "not-a-day"),
        ("S1,ESR,Nimi,Valtakunnallinen osio,1,V,Ei tiedossa,1.1.2008,31.1.2009,T,1,2,3,4", "unknown-status"),
        ("S1,ESR,,Valtakunnallinen osio,1,V,Toiminta päättynyt,1.1.2008,31.1.2009,T,1,2,3,4", "missing"),
        (
            "S1,ESR,Nimi,Valtakunnallinen osio,1,V,Toiminta päättynyt,1.1.2010,31.1.2009,T,1,2,3,4",
            "ends-before-it-starts",
        ),
        ("S?1,ESR,Nimi,Valtakunnallinen osio,1,V,Toiminta päättynyt,1.1.2008,31.1.2009,T,1,2,3,4", "not-clean"),
    ],
)
async def test_what_cannot_be_repaired_is_rejected_with_its_line(importing, rows_of, superuser, line, rule):
    header, good = DIRTY.read_bytes().splitlines()[:2]
    import_ = await importing(b"\r\n".join([header, line.encode("latin-1"), good, b""]), apply=True)
    assert (import_["counts"]["rejected"], import_["counts"]["new"]) == (1, 1)
    rejected = (await rows_of(import_, verdict="rejected"))[0]
    assert (rejected["line"], rejected["problems"][0]["rule"]) == (2, rule)
    assert await superuser.fetchval("SELECT count(*) FROM registry.projects") == 1


async def test_a_number_that_stands_twice_is_rejected_the_second_time(importing, rows_of):
    content = some_rows(2)
    import_ = await importing(content + content.splitlines(keepends=True)[1])
    assert (import_["counts"]["new"], import_["counts"]["rejected"]) == (2, 1)
    assert (await rows_of(import_, verdict="rejected"))[0]["problems"][0]["rule"] == "duplicate-code"


async def test_the_later_list_is_known_by_its_columns(client, importing):
    import_ = await importing(LATER.read_bytes(), apply=True)
    assert (import_["format"], import_["rows_total"], import_["counts"]["new"]) == ("esr_2014_2020", 42, 42)
    project = await the_project(client, "S20156")
    assert (project["state"], project["identifiers"][0]["scheme"]) == ("running", "eura2014")
    assert {line["amount"] for line in project["funding"]} == {"92951.00", "50177.67", "461132.00", "66903.55"}


async def test_a_title_above_the_columns_hides_no_row(importing):
    raw = await importing(b"Hankelista 2007-2013\r\n" + b"\r\n".join(DIRTY.read_bytes().splitlines()[:4]))
    assert (raw["format"], raw["rows_total"], raw["counts"]["new"]) == ("esr_2007_2013_raw", 3, 3)
    rows = list(csv.reader(io.StringIO(LATER.read_text(encoding="utf-8"))))
    text = io.StringIO("Hankelista 2014-2020\n")
    text.seek(0, io.SEEK_END)
    csv.writer(text, delimiter=";").writerows(rows)
    later = await importing(text.getvalue().encode())
    assert (later["format"], later["rows_total"]) == ("esr_2014_2020", len(rows) - 1)


async def test_a_quoted_cell_that_is_far_too_long_rejects_its_row(importing):
    header, good = DIRTY.read_bytes().splitlines()[:2]
    huge = b'S1,ESR,"' + b"x" * 200_000 + b",,,"
    import_ = await importing(b"\r\n".join([header, good, huge]))
    assert (import_["state"], import_["counts"]["new"], import_["counts"]["rejected"]) == ("analysed", 1, 1)


async def test_the_dry_run_says_what_applying_does(client, importing, rows_of, applications):
    await importing(some_rows(4), apply=True)
    admin, news = client("registry", ADMIN), {"S10325": {"name_fi": "Uusi nimi"}, "S10324": {"code": "S?1"}}
    import_ = await importing(some_rows(8, **news))
    foreseen = await rows_of(import_)
    await admin.post(f"/v1/imports/{import_['id']}/apply")
    await applications.worker("registry").drain()
    assert (await admin.get(f"/v1/imports/{import_['id']}")).json()["counts"] == import_["counts"]
    for before, after in zip(foreseen, await rows_of(import_), strict=True):
        assert {**before, "project_id": None} == {**after, "project_id": None}
    assert {row["verdict"] for row in foreseen} == {"new", "changed", "same", "rejected"}
