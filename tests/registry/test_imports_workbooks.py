"""Imports of workbooks: as they are downloaded, as people edit them, and as attackers send them."""

import csv
import datetime as dt
import io
import random
import re
import zipfile

import openpyxl
import pytest

from services.registry.imports.reading import reader, sheet_rows
from tests.data import TEST_DATA
from tests.registry.test_imports import ADMIN, importing, rows_of, the_project

__all__ = ["importing", "rows_of"]

ROW = {
    "Hankekoodi": "S30001",
    "Rahasto": "ESR+",
    "Hankkeen nimi": "Parempi työelämä -kokeilu",
    "Toteuttajan nimi": "KEHA-keskus",
    "Toiminnan tila": "Toiminnassa",
}
SHEET = "xl/worksheets/sheet1.xml"
GRANTED = "Suunniteltu EU- ja valtion rahoitus"


def a_workbook(rows):
    """Return a workbook as EURA 2021 makes it, with its headers and two footer rows."""
    lines = (TEST_DATA / "eura2021_columns.csv").read_text(encoding="utf-8").splitlines()[1:]
    headers = [next(iter(csv.reader([line])))[1] for line in lines]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(headers)
    for row in rows:
        sheet.append([row.get(header.strip()) for header in headers])
    sheet.append(["Lähde: EURA 2021"])
    sheet.append(["Päivitetty 1.5.2024"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_sheet(change):
    """Return a good workbook with a changed text of its sheet."""
    file, original = io.BytesIO(), zipfile.ZipFile(io.BytesIO(a_workbook([ROW])))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in original.namelist():
            changed.writestr(name, change(original.read(name)) if name == SHEET else original.read(name))
    return file.getvalue()


async def uploaded(client, content):
    return await client("registry", ADMIN).send("POST", "/v1/imports", files={"file": ("a.xlsx", content)})


async def test_the_workbook_of_the_running_period_comes_in(client, importing):
    row = {
        **ROW,
        "Tl": 3,
        "Et": "4.2",
        "Toteuttajan Y-tunnus": "2296962-1",
        "Rahoittava viranomainen": "Hämeen ELY-keskus",
        "Aloituspvm": dt.datetime(2023, 9, 1),  # noqa: DTZ001 - As a workbook has it.
        "Päättymispvm": "31.8.2025",
        GRANTED: 100000.5,
        "Toteutunut EU- ja valtion rahoitus": 0,
        "Suunnitelman mukainen tiivistelmä hankkeen toteutuksesta": "Kokeillaan\nyhdessä.",
    }
    import_ = await importing(
        a_workbook([row, {**row, "Hankekoodi": "S30002", "Aloituspvm": 45170}]), apply=True, file_name="hankkeet.xlsx"
    )
    assert (import_["format"], import_["counts"]["new"], import_["rows_total"]) == ("eura_2021", 2, 2)
    project = await the_project(client, "S30001")
    assert (project["starts_on"], project["ends_on"], project["fund"]) == ("2023-09-01", "2025-08-31", "ESR+")
    assert project["summary"] == {"fi": "Kokeillaan yhdessä."}
    assert {(line["kind"], line["source"]): line["amount"] for line in project["funding"]} == {
        ("planned", "eu_and_state"): "100000.50",
        ("realised", "eu_and_state"): "0.00",
    }
    assert (await the_project(client, "S30002"))["starts_on"] == "2023-09-01"
    owner = (await client("registry").get("/v1/organisations", business_id="2296962-1")).json()["items"]
    assert [one["name"]["fi"] for one in owner] == ["KEHA-keskus"]


@pytest.mark.parametrize("cell", ["=100+200", "#REF!", "#N/A", "#DIV/0!"])
async def test_a_formula_that_says_nothing_rejects_its_row(importing, rows_of, cell):
    import_ = await importing(a_workbook([{**ROW, GRANTED: cell}]), file_name="a.xlsx")
    assert (import_["counts"]["rejected"], import_["counts"]["new"]) == (1, 0)
    assert (await rows_of(import_))[0]["problems"] == [
        {"severity": "error", "column": GRANTED, "rule": "not-calculated", "value": cell}
    ]


async def test_a_calculated_formula_is_its_value(importing, rows_of):
    cell = b'<c r="P2"><f>0.1+0.2</f><v>0.30000000000000004</v></c>'
    content = with_sheet(lambda sheet: sheet.replace(b'</row><row r="3"', cell + b'</row><row r="3"'))
    import_ = await importing(content, file_name="a.xlsx")
    assert import_["counts"]["new"] == 1, await rows_of(import_)
    assert "0.30" in (await rows_of(import_))[0]["values"].values()


async def test_a_short_row_between_whole_ones_is_rejected_not_passed_over(importing, rows_of):
    short = {"Hankekoodi": "S30009"}
    import_ = await importing(a_workbook([ROW, short, {**ROW, "Hankekoodi": "S30002"}]), file_name="a.xlsx")
    assert (import_["rows_total"], import_["counts"]["new"], import_["counts"]["rejected"]) == (3, 2, 1)
    rejected = (await rows_of(import_, verdict="rejected"))[0]
    assert (rejected["line"], rejected["problems"][0]["rule"]) == (3, "missing")


@pytest.mark.parametrize(
    "bomb",
    [
        lambda sheet: sheet.replace(b"<sheetData>", b'<sheetData><row r="1">' + b"<c/>" * 200_000 + b"</row>"),
        pytest.param(
            lambda sheet: sheet.replace(b"<sheetData>", b"<sheetData>" + b"<row/>" * 2_100_000), marks=pytest.mark.slow
        ),
        lambda sheet: sheet + b" " * (101 * 1024 * 1024),
        lambda _: (
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
            + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
            + b"]><x>&j;</x>"
        ),
    ],
    ids=["a-wide-row", "rows-without-end", "blanks", "entities"],
)
async def test_a_small_file_that_would_fill_the_memory_is_refused_at_once(client, bomb):
    content = with_sheet(bomb)
    assert len(content) < 150_000
    answer = await uploaded(client, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable-import")


async def test_a_cell_at_the_far_corner_ends_the_reading(importing, monkeypatch):
    for module in (reader, sheet_rows):
        monkeypatch.setattr(module, "MAX_ROWS", 2_000)

    def far(sheet):
        wide = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', sheet)
        return wide.replace(b'<row r="4"', b'<row r="1048576"')

    import_ = await importing(with_sheet(far), file_name="a.xlsx")
    assert (import_["state"], import_["failure"]) == ("failed", "The file has more than 2000 lines.")


async def test_no_damage_to_a_workbook_is_a_bug(client):
    whole, chance = a_workbook([ROW] * 3), random.Random(7)  # noqa: S311 - The same damage every time.
    codes = set()
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(3):
            content[chance.randrange(4, len(content))] = chance.randrange(256)
        answer = await uploaded(client, bytes(content))
        codes.add((answer.status_code, answer.json().get("code")))
    assert codes <= {(202, None), (422, "unreadable-import"), (422, "unknown-import-format")}
    assert (422, "unreadable-import") in codes


async def test_one_number_under_two_names_is_one_organisation_and_two_numbers_under_one_name_are_two(
    client, importing, superuser
):
    rows = [
        {**ROW, "Hankekoodi": f"S3000{place}", "Toteuttajan nimi": name, "Toteuttajan Y-tunnus": number}
        for place, (name, number) in enumerate(
            [
                ("Yliopisto", "2296962-1"),
                ("Yliopisto, täydennyskoulutus", "2296962-1"),
                ("Palvelu Oy", "0116480-8"),
                ("Palvelu Oy", "1572860-0"),
                ("Palvelu Oy", None),
                ("Yliopisto, täydennyskoulutus", None),
            ]
        )
    ]
    import_ = await importing(a_workbook(rows), apply=True, file_name="a.xlsx")
    assert (import_["state"], import_["failure"], import_["counts"]["new"]) == ("applied", None, 6)
    known = {(row["sort_name"], row["business_id"]) for row in await superuser.fetch("TABLE registry.organisations")}
    assert known == {
        ("Yliopisto", "2296962-1"),
        ("Yliopisto, täydennyskoulutus", None),
        ("Palvelu Oy", "0116480-8"),
        ("Palvelu Oy", "1572860-0"),
    }
    implementer = (await the_project(client, "S30001"))["parties"][0]["organisation_name"]
    assert implementer == {"fi": "Yliopisto"}
    again = await importing(a_workbook(rows), apply=True, file_name="a.xlsx")
    assert again["counts"]["same"] == 6
    for one in (import_, again):
        assert await superuser.fetchval("SELECT count(*) FROM registry.organisations") == 4
        assert (await client("registry", ADMIN).post(f"/v1/imports/{one['id']}/undo")).status_code == 200
    assert await superuser.fetchval("SELECT count(*) FROM registry.organisations") == 0
