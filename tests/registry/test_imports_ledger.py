"""The ledger of an import: every line of the file is a row, an ignored line or a rejected line, and is listed."""

import csv
import io

import openpyxl
import pytest

from tests.registry.test_imports import ADMIN, CLEAN, DIRTY, LATER, importing, rows_of, some_rows
from tests.registry.test_imports_workbooks import ROW, a_workbook
from tests.registry.workbook_corpus import with_size

__all__ = ["importing", "rows_of"]

HEADER = "Hankekoodi;Rahasto;Hankkeen nimi;Toteuttajan nimi;Toiminnan tila;Suunniteltu julkinen rahoitus"


def a_list(*lines, header=HEADER, end="\r\n"):
    """Return a text of these lines below a header. A number becomes a row with that number."""
    rows = [line if isinstance(line, str) else f"S{line};ESR+;Nimi {line};KEHA;Toiminnassa;{line}" for line in lines]
    return end.join([header, *rows, ""]).encode()


def a_book(**sheets):
    """Return a workbook of these sheets; a name that begins with `hidden` is hidden. `listed` stands for the list."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name.startswith("hidden") else "visible"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


LISTED = [
    HEADER.split(";"),
    ["S1", "ESR+", "Nimi", "KEHA", "Toiminnassa", 5],
    ["S2", "ESR+", "Toinen", "KEHA", "Toiminnassa"],
]


async def ledger(import_, rows_of):
    """Return the ignored lines as (line, reason, text), having checked that the counts are the lines of the file."""
    counts = import_["counts"]
    assert sum(counts.values()) == import_["lines_total"] == import_["rows_total"] + counts["ignored"]
    listed = await rows_of(import_, verdict=["new", "changed", "same", "conflict", "rejected", "ignored"])
    assert [row["line"] for row in listed] == list(range(1, import_["lines_total"] + 1))
    ignored = await rows_of(import_, verdict="ignored")
    assert len(ignored) == counts["ignored"]
    assert {problem["severity"] for row in ignored for problem in row["problems"]} <= {"info"}
    return [(row["line"], row["problems"][0]["rule"], row["text"]) for row in ignored]


async def test_each_line_that_is_no_row_is_listed_with_its_reason_and_its_text(importing, rows_of):
    above = ["sep=;", "Hankelista, tilanne 19.10.2016", ""]
    rows = ["S1;ESR+;Yksi;KEHA;Toiminnassa;1 000,50", ";;;;;", HEADER.upper(), 'S2;ESR+;"Kaksi']
    more = ['riviä";KEHA;Toiminnassa;2', "S3;ESR+;;KEHA;Toiminnassa;3", "Yhteensä;;;;;1 005,50", "Lähde: EURA 2021"]
    content = "\r\n".join([*above, HEADER, *rows, *more]).encode()
    import_ = await importing(content)
    assert await ledger(import_, rows_of) == [
        (1, "separator-line", "sep=;"),
        (2, "before-header", "Hankelista, tilanne 19.10.2016"),
        (3, "blank", ""),
        (4, "header", HEADER),
        (6, "blank", ";;;;;"),
        (7, "header", HEADER.upper()),
        (9, "continued", 'riviä";KEHA;Toiminnassa;2'),
        (11, "total", "Yhteensä;;;;;1 005,50"),
        (12, "footer", "Lähde: EURA 2021"),
    ]
    assert (import_["counts"]["new"], import_["counts"]["rejected"], import_["lines_total"]) == (2, 1, 12)
    assert import_["list_on"] == "2016-10-19"
    rows = {row["line"]: row for row in await rows_of(import_)}
    assert (rows[5]["values"]["planned_public"], rows[8]["name"], rows[8]["text"]) == ("1000.50", "Kaksi riviä", None)
    assert (rows[10]["verdict"], rows[10]["problems"][0]["column"]) == ("rejected", "Hankkeen nimi")


@pytest.mark.parametrize("size", ["A1:AI4", "A1", "A1:A1", "A1:XFD1048576", "gone"])
async def test_the_size_that_a_workbook_states_hides_no_row(importing, rows_of, size):
    content = with_size(a_workbook([{**ROW, "Hankekoodi": f"S3000{number}"} for number in range(8)]), size)
    import_ = await importing(content, file_name="a.xlsx")
    assert (import_["state"], import_["counts"]["new"], import_["lines_total"]) == ("analysed", 8, 11)
    assert [rule for _, rule, _ in await ledger(import_, rows_of)] == ["header", "footer", "footer"]
    assert import_["list_on"] == "2024-05-01"


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
async def test_the_older_list_is_read_with_any_separator(importing, rows_of, separator):
    rows = [line.split(",") for line in DIRTY.read_bytes().decode("latin-1").splitlines() if line.count(",") == 13]
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    import_ = await importing(text.getvalue().encode())
    assert (import_["format"], import_["state"]) == ("esr_2007_2013_raw", "analysed")
    assert (import_["counts"]["new"], import_["counts"]["rejected"]) == (len(rows) - 1, 0)
    stored = {row["code"]: row["values"] for row in await rows_of(import_)}
    assert {code: values["granted"] for code, values in stored.items()} == {row[0]: f"{row[10]}.00" for row in rows[1:]}
    await ledger(import_, rows_of)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (a_list(), "and nothing below it"),
        (a_list("", "", ""), "and nothing below it"),
        (a_list("Lähde: EURA"), "The first other line is: Lähde: EURA"),
        (a_book(listed=LISTED[:1]), "and nothing below it"),
    ],
)
async def test_a_list_without_rows_fails_and_says_what_it_has(client, importing, content, sentence):
    import_ = await importing(content, file_name="a")
    assert (import_["state"], import_["counts"]) == ("failed", None)
    assert sentence in import_["failure"]
    applied = await client("registry", ADMIN).post(f"/v1/imports/{import_['id']}/apply")
    assert applied.status_code == 409


async def test_a_quote_that_is_never_closed_rejects_its_line_alone(importing, rows_of):
    opened = 'S2;ESR+;"Avoin;KEHA;Toiminnassa;2'
    import_ = await importing(a_list(1, opened, 3, 'S4;ESR+;"Koulutus; työ";KEHA;Toiminnassa;4', 5))
    assert (import_["counts"]["new"], import_["counts"]["rejected"]) == (4, 1)
    rejected = (await rows_of(import_, verdict="rejected"))[0]
    assert (rejected["line"], rejected["text"]) == (3, opened)
    assert rejected["problems"][0]["rule"] == "unclosed-quote"
    assert {row["code"]: row["name"] for row in await rows_of(import_, verdict="new")} == {
        "S1": "Nimi 1",
        "S3": "Nimi 3",
        "S4": "Koulutus; työ",
        "S5": "Nimi 5",
    }
    await ledger(import_, rows_of)


@pytest.mark.parametrize("last", ['S3;ESR+;Nimi;KEHA";Toiminnassa;3', 'S3;ESR+;Nimi;"KEHA;Toiminnassa;3'])
async def test_two_open_quotes_do_not_make_one_row_of_three(importing, rows_of, last):
    import_ = await importing(a_list(1, 'S2;ESR+;"Avoin;KEHA;Toiminnassa;2', last, 4))
    assert {row["code"] for row in await rows_of(import_, verdict="new")} == {"S1", "S4"}
    assert import_["counts"]["rejected"] == 2
    await ledger(import_, rows_of)


async def test_the_visible_sheet_with_the_list_is_read_and_the_others_are_named(importing, rows_of):
    cover = [["Hankelista"], [], ["Tilanne", "19.10.2016"]]
    content = a_book(hidden_old=[*LISTED, *LISTED[1:]], Kansi=cover, Hankkeet=LISTED)
    import_ = await importing(content, file_name="a.xlsx")
    assert (import_["sheet"], import_["counts"]["new"]) == ("Hankkeet", 2)
    assert import_["other_sheets"] == [
        {"name": "hidden_old", "hidden": True, "lines": 5},
        {"name": "Kansi", "hidden": False, "lines": 2},
    ]
    await ledger(import_, rows_of)


@pytest.mark.parametrize(
    ("sheets", "detail"),
    [
        ({"Kevät": LISTED, "Syksy": LISTED}, "Kevät, Syksy"),
        ({"hidden": LISTED, "Kansi": [["Hankelista"]]}, "hidden sheet hidden"),
    ],
)
async def test_several_lists_or_a_hidden_one_are_refused_by_the_names_of_their_sheets(client, sheets, detail):
    answer = await client("registry", ADMIN).send(
        "POST", "/v1/imports", files={"file": ("a.xlsx", a_book(**sheets))}, headers={"Accept-Language": "en"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable-import")
    assert detail in answer.json()["detail"]


async def test_the_older_and_the_later_list_lose_no_line(importing, rows_of):
    for content, rows in ((DIRTY.read_bytes(), 80), (LATER.read_bytes(), 42), (some_rows(5), 5)):
        import_ = await importing(content)
        assert await ledger(import_, rows_of) == [(1, "header", content.splitlines()[0].decode("latin-1"))]
        assert (import_["rows_total"], import_["lines_total"]) == (rows, len(content.splitlines()))


async def test_blank_lines_below_a_footer_leave_it_a_footer_and_many_short_lines_are_rows(importing, rows_of):
    import_ = await importing(a_list(1, "Lähde: EURA", *[";;;;;"] * 150))
    assert (import_["counts"]["ignored"], import_["counts"]["rejected"], import_["lines_total"]) == (152, 0, 153)
    assert (await ledger(import_, rows_of))[1] == (3, "footer", "Lähde: EURA")
    short = await importing(a_list(1, *["vain nimi"] * 150))
    assert short["counts"]["rejected"] > 100
    await ledger(short, rows_of)


async def test_an_applied_import_changes_nothing_by_its_ignored_lines(importing, rows_of, superuser):
    content = some_rows(3) + b"\r\n" + CLEAN.read_bytes().splitlines()[0] + "\r\nPäivitetty 6.5.2024\r\n".encode()
    import_ = await importing(content, apply=True)
    assert (import_["state"], import_["rows_done"], import_["rows_total"]) == ("applied", 3, 3)
    assert [rule for _, rule, _ in await ledger(import_, rows_of)] == ["header", "blank", "header", "footer"]
    assert await superuser.fetchval("SELECT count(*) FROM registry.projects") == 3
