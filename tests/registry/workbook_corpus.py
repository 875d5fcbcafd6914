"""The workbooks of the corpus: the same list with every habit of Excel, and sizes that the file states wrongly."""

import datetime as dt
import io
import random
import re
import zipfile

import xlsxwriter

from tests.registry.list_corpus import (
    AMOUNTS,
    COLUMNS,
    DAYS,
    FIELDS,
    FOOTERS,
    HEADERS,
    TITLE,
    Sample,
    a_project,
    as_text,
    odd_header,
)

SIZES = (None, "A1:AI4", "A1", "A1:XFD1048576", "gone", "A1:A2")
SHEETS = ("only", "hidden first", "cover first", "very hidden first", "notes last")
MONEY = re.compile(r"\d+\.\d\d")
LIST = "Hankkeet 2016"


class _Sheet:
    """The sheet in the making; it knows the row that is next."""

    def __init__(self, book, sheet, number):
        self.sheet, self.next, self.number = sheet, 0, number
        self.day = book.add_format({"num_format": "d.m.yyyy"})
        self.moment = book.add_format({"num_format": 'd\\.m\\.yyyy "klo" h:mm'})
        self.money = book.add_format({"num_format": '#,##0.00 "€"'})
        self.bold = book.add_format({"bold": True})

    def add(self, cells):
        """Write a row; a cell is a text, a number, a day, or a function that writes itself. Returns its line."""
        for place, cell in enumerate(cells):
            if callable(cell):
                cell(self.next, place)
            elif isinstance(cell, dt.datetime):
                self.sheet.write_datetime(self.next, place, cell, self.moment)
            elif isinstance(cell, dt.date):
                self.sheet.write_datetime(self.next, place, cell, self.day)
            elif isinstance(cell, str):
                if cell:
                    self.sheet.write_string(self.next, place, cell)
            elif cell is not None:
                self.sheet.write_number(self.next, place, cell, self.money if cell > 1000 else None)
        self.next += 1
        return self.next


def workbook_sample(number):
    """Return the workbook of this number."""
    chance = random.Random(1_000 + number)  # noqa: S311 - The same files every time.
    known = tuple(COLUMNS)[number % 3]
    size, sheets, header = SIZES[number % 6], SHEETS[number // 2 % 5], HEADERS[number // 3 % 6]
    file = io.BytesIO()
    settings = {"in_memory": True, "date_1904": number % 7 == 3, "constant_memory": number % 2 == 1}
    book = xlsxwriter.Workbook(file, settings)
    others = _sheets_before(book, sheets)
    sample = Sample(f"{number}-{known}-{size}-{sheets}-{header}", b"", known, 0, {}, sheet=LIST)
    sheet = _Sheet(book, book.add_worksheet(LIST), number)
    sheet.sheet.activate()
    _write_list(sheet, sample, chance, header)
    if sheets == "notes last":
        book.add_worksheet("Selite").write_string(6, 2, "Luvut ovat euroja")
        others = {"Selite": 1}
    book.close()
    sample.content, sample.lines, sample.other_sheets = with_size(file.getvalue(), size), sheet.next, others
    return sample


def _sheets_before(book, sheets):
    if sheets in {"only", "notes last"}:
        return {}
    sheet = book.add_worksheet("Vanha" if "hidden" in sheets else "Kansi")
    if "hidden" not in sheets:
        sheet.activate()
        sheet.write_string(0, 0, "Hankelistan kansi")
        sheet.write_string(3, 1, "Sisältö")
        return {"Kansi": 2}
    # The list of last year, which nobody was to see.
    for row, cells in enumerate([COLUMNS["esr_2014_2020"], ["S1"] * 13]):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell)
    if sheets == "hidden first":
        sheet.hide()
    else:
        sheet.very_hidden()
    return {"Vanha": 2}


def _write_list(sheet, sample, chance, header):
    number, known = sheet.number, sample.format
    columns = list(zip(COLUMNS[known], FIELDS[known], strict=True))
    if header == "shuffled":
        chance.shuffle(columns)
    if header == "extra":
        columns.insert(2, ("Muistiinpano", None))
        sample.ignored_columns = ("Muistiinpano",)
    if number % 3 == 0:
        sheet.sheet.merge_range(0, 0, 0, 5, TITLE)
        sheet.next += 2  # The row below the title is not in the file at all.
        sample.list_on = dt.date(2016, 10, 19)
    sheet.add([odd_header(header, column) for column, _ in columns])
    if number % 5 == 1:
        sheet.sheet.set_column(3, 4, None, None, {"hidden": True})
    for place in range(8):
        _write_row(sheet, sample, chance, columns, place)
    _write_bottom(sheet, sample, len(columns))


def _write_bottom(sheet, sample, width):
    number = sheet.number
    if number % 4 == 1:
        sheet.next += 3
    if number % 5 == 0:
        sheet.add(["Yhteensä", *[None] * (width - 3), 1000, 2000])
    if number % 2 == 0:
        for footer in FOOTERS:
            sheet.add([footer])
        sample.list_on = sample.list_on or dt.date(2024, 5, 6)
    elif number % 4 == 1 and number % 5:
        sheet.next -= 3  # Nothing stands below: these rows are not in the file.


def _write_row(sheet, sample, chance, columns, place):
    project, number = a_project(place, chance), sheet.number
    cells = [_cell(sheet, name, project[name], chance) if name else "oma" for _, name in columns]
    if place == 2 and number % 6 == 1:
        sheet.sheet.set_row(sheet.next, None, None, {"hidden": True})
    if place == 4 and number % 4 == 2:
        sheet.next += 1
    if place == 5 and number % 8 == 7:
        at = next(at for at, (_, name) in enumerate(columns) if MONEY.fullmatch(project[name] if name else ""))
        cells[at] = lambda row, column: sheet.sheet.write_formula(row, column, "=100+200", None, "")
        sample.rejected.add(sheet.add(cells))
        return
    if place == 6 and number % 9 == 4:
        sample.rejected.add(sheet.add([*cells, "", "Tarkista tämä"]))
        return
    expected = {name: " ".join(value.split()) for name, value in project.items() if name in FIELDS[sample.format]}
    sample.rows[sheet.add(cells)] = expected


def _cell(sheet, name, value, chance):
    """Return the value as one of the ways in which workbooks hold it."""
    if name in {"starts_on", "ends_on"}:
        day = dt.date.fromisoformat(value)
        ways = [day, dt.datetime.combine(day, dt.time(13, 30)), chance.choice([DAYS[0], DAYS[1]])(day)]
        return chance.choice(ways if sheet.number % 7 == 3 else [*ways, int(DAYS[2](day))])
    if MONEY.fullmatch(value):
        amount = float(value)
        formula = lambda row, column: sheet.sheet.write_formula(row, column, "=SUM(Z1:Z9)", None, amount)  # noqa: E731
        return chance.choice([amount, value, chance.choice(AMOUNTS)(value), formula])
    if name == "authority":
        runs = ["Hämeen ", sheet.bold, "ELY", "-keskus"]
        return chance.choice([value, lambda row, column: sheet.sheet.write_rich_string(row, column, *runs)])
    if name == "business_id" and not value:
        return chance.choice(["", lambda row, column: sheet.sheet.write_formula(row, column, '=IF(1,"")', None, "")])
    if name in {"priority_axis", "specific_objective"}:
        return chance.choice([value, float(value)])
    return as_text(name, value, amounts=str, days=str)


def with_size(content, size):
    """Return the workbook whose sheets state this size of themselves, none where it is `gone`."""
    original, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    stated = b"" if size == "gone" else f'<dimension ref="{size}"/>'.encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in original.namelist():
            part = original.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = part if size is None else re.sub(rb'<dimension ref="[^"]*"/>', stated, part)
                # Excel names the type of an empty text that it has calculated.
                part = re.sub(rb'(<c r="[A-Z]+\d+")(><f>IF)', rb'\1 t="str"\2', part)
            changed.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return file.getvalue()
