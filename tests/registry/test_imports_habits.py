"""The ordinary habits of Excel, LibreOffice and offices: encodings, headers, cells, and files that are not read."""

import io
import unicodedata
import zipfile

import pytest

from tests.data import TEST_DATA
from tests.registry.test_imports import ADMIN, importing, rows_of, some_rows
from tests.registry.test_imports_ledger import HEADER, LISTED, a_book, a_list, ledger

__all__ = ["importing", "rows_of"]

NAMES = HEADER.split(";")
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


async def refusal(client, content):
    """Return the problem with which an upload is refused."""
    answer = await client("registry", ADMIN).send(
        "POST", "/v1/imports", files={"file": ("a", content)}, headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 422, answer.text
    return answer.json()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
async def test_any_encoding_and_line_end_gives_the_same_letters(importing, rows_of, encoding, end):
    content = a_list("S1;ESR+;Työtä ja öljyä;Åbo Akademi;Toiminnassa;5", end=end).decode().encode(encoding)
    import_ = await importing(content)
    row = (await rows_of(import_))[0]
    assert (row["name"], row["values"]["beneficiary"], import_["warnings"]) == ("Työtä ja öljyä", "Åbo Akademi", 0)
    assert await ledger(import_, rows_of) == [(1, "header", HEADER)]


async def test_one_bad_byte_in_utf8_is_put_right_with_a_warning_and_leaves_the_other_letters(importing, rows_of):
    content = a_list("S1;ESR+;Työ;Åbo;Toiminnassa;1", "S2;ESR+;Öljyä;Työ;Toiminnassa;2", 3)
    import_ = await importing(content.replace("Öljyä".encode(), b"\xd6ljy\xc3\xa4"))
    assert (import_["warnings"], import_["counts"]["new"]) == (1, 3)
    rows = {row["code"]: row for row in await rows_of(import_)}
    assert [rows["S1"]["name"], rows["S2"]["name"], rows["S2"]["values"]["beneficiary"]] == ["Työ", "Öljyä", "Työ"]
    assert [problem["rule"] for problem in rows["S2"]["problems"]] == ["mixed-encoding"]
    assert rows["S1"]["problems"] == []


@pytest.mark.parametrize(("byte", "other"), [(b"\xc3", "Åbo"), (b"\xc3", "KEHA"), (b"\xff", "Åbo"), (b"\xb6", "Åbo")])
async def test_a_byte_that_is_no_letter_rejects_its_line(importing, rows_of, byte, other):
    import_ = await importing(a_list(f"S1;ESR+;Työ;{other};Toiminnassa;1", 2).replace("ö".encode(), byte))
    assert (import_["counts"]["rejected"], import_["counts"]["new"]) == (1, 1)
    rejected = (await rows_of(import_, verdict="rejected"))[0]
    assert (rejected["line"], rejected["problems"][0]["rule"]) == (2, "undecodable")


async def test_a_nul_rejects_its_line_not_the_file(importing, rows_of):
    import_ = await importing(a_list(*range(1, 40)).replace(b"Nimi 7", b"Ni\0mi 7"))
    assert (import_["counts"]["rejected"], import_["counts"]["new"]) == (1, 38)
    rejected = (await rows_of(import_, verdict="rejected"))[0]
    assert (rejected["line"], rejected["problems"][0]["rule"]) == (8, "undecodable")
    assert rejected["text"] == "S7;ESR+;Ni\ufffdmi 7;KEHA;Toiminnassa;7"


async def test_a_line_of_utf8_in_windows_text_keeps_its_letters(importing, rows_of):
    content = a_list("S1;ESR+;Työ;Åbo;Toiminnassa;1", "S2;ESR+;Öljyä;Työ;Toiminnassa;2", "S3;ESR+;Ääni;T;Toiminnassa;3")
    lines = content.decode().splitlines(keepends=True)
    mixed = b"".join(line.encode("utf-8" if "S2" in line else "cp1252") for line in lines)
    import_ = await importing(mixed)
    assert {row["code"]: row["name"] for row in await rows_of(import_)} == {"S1": "Työ", "S2": "Öljyä", "S3": "Ääni"}
    assert import_["warnings"] == 1


@pytest.mark.parametrize(
    "header",
    [
        HEADER.upper(),
        unicodedata.normalize("NFD", HEADER),
        "\ufeff" + HEADER.replace(" ", "\u00a0 "),
        ";".join(f'"{name}"'.replace(" ", "\r\n", 1) for name in NAMES),
        " ; ".join(NAMES) + ";;;",
    ],
    ids=["capitals", "decomposed", "blanks", "line breaks", "spare separators"],
)
async def test_a_header_is_known_however_it_is_written(importing, rows_of, header):
    import_ = await importing(a_list(1, 2, header=header))
    assert (import_["format"], import_["counts"]["new"], import_["ignored_columns"]) == ("eura_2021", 2, [])
    await ledger(import_, rows_of)


async def test_columns_that_the_list_has_beside_the_known_ones_are_listed_as_ignored(importing, rows_of):
    header = "Nro;" + HEADER + ";Oma muistiinpano"
    import_ = await importing(a_list("1;S1;ESR+;Nimi;KEHA;Toiminnassa;5;soita", header=header))
    assert import_["ignored_columns"] == ["Nro", "Oma muistiinpano"]
    values = (await rows_of(import_))[0]["values"]
    assert (values["name"], values["planned_public"]) == ("Nimi", "5.00")
    older = await importing(some_rows(3).replace(b"code,", b"oma,code,", 1).replace(b"\nS", b"\nx,S"))
    assert (older["format"], older["ignored_columns"], older["counts"]["new"]) == ("esr_2007_2013", ["oma"], 3)


async def test_a_column_that_stands_twice_is_refused_by_its_name(client):
    refused = await refusal(client, a_list(header=HEADER + ";hankkeen  NIMI"))
    assert (refused["code"], refused["detail"]) == (
        "unreadable-import",
        "A column stands twice in the file: Hankkeen nimi.",
    )


async def test_a_column_that_is_missing_is_refused_by_its_name(client):
    refused = await refusal(client, a_list(1, header=HEADER.replace("Toiminnan tila", "Tila")))
    assert (refused["code"], refused["missing"]) == ("unknown-import-format", "Toiminnan tila")
    assert refused["detail"] == "The list eura_2021 lacks columns: Toiminnan tila."


async def test_commas_in_texts_do_not_decide_the_separator(importing, rows_of):
    commas = "a, " * 300
    import_ = await importing(
        a_list(f"S1;ESR+;Nimi;KEHA {commas[:60]};Toiminnassa;5", "S2;ESR+;b,c,d,e,f,g,h;K;Toiminnassa;1")
    )
    assert {row["code"]: row["name"] for row in await rows_of(import_)} == {"S1": "Nimi", "S2": "b,c,d,e,f,g,h"}


async def test_short_rows_are_filled_and_long_ones_rejected(importing, rows_of):
    rows = [
        "S1;ESR+;Nimi;KEHA;Toiminnassa",
        "S2;ESR+;Nimi;KEHA;Toiminnassa;5;;",
        "S3;ESR+;Ni;mi;KEHA;Toiminnassa;5",
        "S4;ESR+;Nimi",
    ]
    import_ = await importing(a_list(*rows))
    verdicts = {
        row["line"]: (row["verdict"], [problem["rule"] for problem in row["problems"]])
        for row in await rows_of(import_)
    }
    assert verdicts == {
        2: ("new", []),
        3: ("new", []),
        4: ("rejected", ["too-many-cells"]),
        5: ("rejected", ["missing", "missing"]),
    }
    assert (await rows_of(import_, verdict="rejected"))[0]["text"] == rows[2]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1 234 567,8", "1234567.80"),
        ("1\u00a0234,56\u00a0€", "1234.56"),
        ("1\u202f234", "1234.00"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("\u22125,5", "-5.50"),
        ("EUR 12", "12.00"),
        (" -   € ", "0.00"),
        ("1.234", None),
        ("1,2,3", None),
        ("noin 5", None),
    ],
)
async def test_an_amount_is_read_as_it_is_written_or_rejected(importing, rows_of, written, amount):
    row = (await rows_of(await importing(a_list(f"S1;ESR+;Nimi;KEHA;Toiminnassa;{written}"))))[0]
    assert row["values"].get("planned_public") == amount
    assert [problem["rule"] for problem in row["problems"]] == ([] if amount else ["not-an-amount"])


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1.9.2008", "2008-09-01"),
        ("01.09.2008 0:00:00", "2008-09-01"),
        ("1. 9. 2008", "2008-09-01"),
        ("2008-09-01T00:00:00", "2008-09-01"),
        ("39692", "2008-09-01"),
        ("39692,5", "2008-09-01"),
        ("1.9.08", None),
        ("31.9.2008", None),
        ("9/1/2008", None),
    ],
)
async def test_a_day_is_read_as_it_is_written_or_rejected(importing, rows_of, written, day):
    import_ = await importing(
        a_list(f"S1;ESR+;Nimi;KEHA;Toiminnassa;{written}", header=HEADER.replace(NAMES[-1], "Aloituspvm"))
    )
    row = (await rows_of(import_))[0]
    assert row["values"].get("starts_on") == day
    assert [problem["rule"] for problem in row["problems"]] == ([] if day else ["not-a-day"])


async def test_lines_that_excel_put_into_quotes_as_a_whole_are_read(importing, rows_of):
    rows = [",".join(NAMES), "S1,ESR+,Nimi,KEHA,Toiminnassa,5", '"S2,ESR+,""Koulutus, työ"",KEHA,Toiminnassa,""6,5"""']
    import_ = await importing("\r\n".join(rows).encode())
    assert {row["code"]: row["values"]["planned_public"] for row in await rows_of(import_)} == {
        "S1": "5.00",
        "S2": "6.50",
    }
    assert (await rows_of(import_, code="S2"))[0]["name"] == "Koulutus, työ"


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (OLD_EXCEL + b"\0" * 2_000, "in a format that is not read"),
        (OLD_EXCEL + b"\0" * 2_000 + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"%PDF-1.7\n\0\0\0\x01" + bytes(range(256)) * 20, "neither text nor a workbook"),
        (b"\n \n", "The file is empty"),
        (a_book(Taul1=[]), "The file is empty"),
    ],
    ids=["xls", "protected", "pdf", "blank", "blank sheet"],
)
async def test_a_file_that_is_not_read_is_refused_with_a_sentence_that_helps(client, content, detail):
    refused = await refusal(client, content)
    assert (refused["code"], detail in refused["detail"]) == ("unreadable-import", True), refused


async def test_a_workbook_of_opendocument_is_refused_with_a_sentence_that_helps(client):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "in a format that is not read" in (await refusal(client, file.getvalue()))["detail"]


async def test_a_workbook_with_macros_and_one_saved_by_libreoffice_are_read(importing, rows_of):
    macros = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(a_book(Lista=LISTED))) as book, zipfile.ZipFile(macros, "w") as changed:
        for name in book.namelist():
            kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
            plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
            changed.writestr(name, book.read(name).replace(plain, kind))
    assert (await importing(macros.getvalue(), file_name="a.xlsm"))["counts"]["new"] == 2
    import_ = await importing((TEST_DATA / "saved_by_libreoffice.xlsx").read_bytes(), file_name="a.xlsx")
    assert (import_["sheet"], import_["counts"]["new"], import_["list_on"]) == ("Hankkeet 2016", 8, "2016-10-19")
    assert import_["other_sheets"] == [{"name": "Kansi", "hidden": False, "lines": 2}]
    await ledger(import_, rows_of)
