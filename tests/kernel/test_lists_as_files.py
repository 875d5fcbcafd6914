"""Lists as files: every value of a JSON row is found in the CSV, XLSX and JSONL row, for every list there is."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import openpyxl
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field, JsonValue, RootModel, computed_field, field_serializer

from services.kernel.files import workbooks
from services.kernel.files.making import make
from services.kernel.lists.exports import MadeFile, answer_file
from services.kernel.text import LanguageTag
from services.runner.services import SERVICES
from tests.file_reading import csv_rows, in_csv, in_excel_csv, in_workbook, jsonl_rows, leaves, xlsx_sheets
from tests.file_reading import looks_like_a_type as looks_typed
from tests.full_rows import FullRows


def list_models() -> Iterator[Any]:
    """The model of the rows of every list of every service that is also a file."""
    for service in SERVICES:
        for router in service.definition.routers:
            for context in iter_route_contexts(router.routes):
                queries = context.original_route.dependant.query_params
                if any("format" in getattr(query.field_info.annotation, "model_fields", {}) for query in queries):
                    items = context.original_route.response_model.model_fields["items"].annotation
                    yield pytest.param(get_args(items)[0], id=f"{service.name} {context.path_format}")


async def content(rows: list[Any], form: Any, **options: Any) -> bytes:
    """The file; what a process of its own would make is made here, where a test can set its bounds."""
    answer = answer_file("rows", type(rows[0]), rows, form, **{"excel": False, **options})
    if not isinstance(answer, MadeFile):
        return b"".join([block async for block in answer.body_iterator])
    lines = b"".join([block async for block in answer.lines])
    file = io.BytesIO()
    make(answer.order, io.BytesIO(lines), file)
    return file.getvalue()


async def csv_of(rows: list[Any], *, excel: bool = False) -> list[dict[str, str]]:
    return csv_rows(await content(rows, "csv", excel=excel), excel=excel)


async def sheets_of(rows: list[Any]) -> Any:
    return xlsx_sheets(await content(rows, "xlsx"))


async def every_value_is_in_every_file(rows: list[Any]) -> None:
    listed = [row.model_dump(mode="json", by_alias=True) for row in rows]
    assert jsonl_rows(await content(rows, "jsonl")) == listed
    sheets = await sheets_of(rows)
    files = (await csv_of(rows), await csv_of(rows, excel=True), sheets["Vipu"])
    for row, line, finnish_line, sheet_line in zip(listed, *files, strict=True):
        in_csv(row, line)
        in_excel_csv(row, finnish_line)
        in_workbook(row, sheet_line, sheets)


LISTS = [*list_models()]


def test_the_lists_are_found():
    assert len(LISTS) >= 18
    assert {param.id.split()[0] for param in LISTS} == {service.name for service in SERVICES}


@pytest.mark.parametrize("model", LISTS)
async def test_every_value_of_every_list_is_in_every_file(model):
    rows = FullRows(model).some(3)
    await every_value_is_in_every_file(rows)
    typed = {value for row in rows for _, value in leaves(row.model_dump(mode="json")) if looks_typed(value)}
    workbook = openpyxl.load_workbook(io.BytesIO(await content(rows, "xlsx")))
    kinds = {cell.data_type for sheet in workbook for line in sheet.iter_rows(min_row=2) for cell in line}
    texts = {cell.value for sheet in workbook for line in sheet.iter_rows() for cell in line if cell.data_type == "s"}
    assert kinds <= {"s", "n", "d", "b"}, "a formula or an error"
    assert not typed & texts, "a day, an instant or a decimal is a text"


class Colour(StrEnum):
    red = "red"


class Level(IntEnum):
    high = 3


class Cat(BaseModel):
    type: Literal["cat"]
    lives: int
    born_on: date


class Dog(BaseModel):
    type: Literal["dog"]
    names: dict[LanguageTag, str]
    weight: Decimal


class Leg(BaseModel):
    length: Decimal
    toes: list[int]


class Trip(BaseModel):
    on: date
    legs: list[Leg]


class Tree(BaseModel):
    label: str
    branches: "list[Tree]"


class Tags(RootModel[list[str]]):
    """A list that is a model."""


class Zoo(BaseModel, extra="allow"):
    """A row with every kind of field that a model can have."""

    id: UUID
    name: dict[LanguageTag, str] | None
    motto: Annotated[dict[LanguageTag, str] | None, Field(description="x")]
    colour: Colour | None
    level: Level
    animal: Annotated[Cat | Dog, Field(discriminator="type")]
    either: int | str | None
    price: Annotated[Decimal, Field(ge=0)] | None
    share: int | Decimal
    ratio: float
    since: datetime | None
    until: date | None
    lasts: timedelta
    open: bool
    days: list[date]
    tags: Tags
    words: tuple[str, ...] | None
    limits: dict[str, int]
    prices: dict[str, Decimal]
    trips: list[Trip]
    pets: list[Annotated[Cat | Dog, Field(discriminator="type")]] | None
    grid: list[list[int]]
    anything: JsonValue
    tree: Tree
    shown: date

    @computed_field
    def twice(self) -> Decimal:
        return 2 * (self.price or 0)

    @field_serializer("shown")
    def _shown(self, day: date) -> dict[str, int]:
        return {"year": day.year}


def a_zoo(number: int, **facts: Any) -> Zoo:
    cat = {"type": "cat", "lives": number, "born_on": "2020-02-29"}
    dog = {"type": "dog", "names": {"fi": f"Musti {number}", "se": "Čáhppe"}, "weight": "12.50"}
    trips = [{"on": f"2026-0{n}-01", "legs": [{"length": f"{m}.25", "toes": [n, m]} for m in (1, 2)]} for n in (1, 2)]
    tree = {"label": "a", "branches": [{"label": "b", "branches": [{"label": f"c{number}", "branches": []}]}]}
    return Zoo.model_validate(
        {
            "id": f"0192f0c1-7a52-7cc0-8f3c-{number:012d}",
            "name": {"fi": "Eläintarha", "so": "Beerta xayawaanka"},
            "motto": {"sv": "Hej", "zh-Hant": "動物園"},
            "colour": "red",
            "level": 3,
            "animal": cat if number % 2 else dog,
            "either": "x" if number % 2 else 5,
            "price": "100.50",
            "share": number if number % 2 else f"{number}.25",
            "ratio": 0.1,
            "since": "2026-11-26T08:00:00Z",
            "until": "2026-12-24",
            "lasts": "PT1H",
            "open": True,
            "days": ["2026-01-01", "2026-01-02"],
            "tags": ["a|b", 'c"d', '"e"', "", "f\ng"],
            "words": ["x", "y"],
            "limits": {"avain": 0, "toinen": -5},
            "prices": {"Myönnetty": "1.50"},
            "trips": trips,
            "pets": [cat, dog, cat],
            "grid": [[1, 2], [3]],
            "anything": {"a": [{"b": 1}, {"c": [True, 1.5]}], "d": {"e": "f"}},
            "tree": tree,
            "shown": "2026-11-26",
            "further": [{"x": 1}],
            **facts,
        }
    )


async def test_every_kind_of_field_is_in_every_file():
    zoos = [a_zoo(1), a_zoo(2), a_zoo(3)]
    await every_value_is_in_every_file(zoos)
    assert [line["share"] for line in (await sheets_of(zoos))["Vipu"]] == [1, 2.25, 3]


async def test_a_value_that_is_missing_would_be_noticed():
    zoo = a_zoo(1)
    row, (line,), sheets = zoo.model_dump(mode="json"), await csv_of([zoo]), await sheets_of([zoo])
    filled = [column for column, text in line.items() if text]
    assert len(filled) > 50
    for column in filled:
        with pytest.raises(AssertionError):
            in_csv(row, {**line, column: ""})
    for name, lines in sheets.items():
        for column in lines[0]:
            if lines[0][column] is not None:
                without = {**sheets, name: [{**lines[0], column: None}, *lines[1:]]}
                with pytest.raises(AssertionError):
                    in_workbook(row, without["Vipu"][0], without)


async def test_what_no_schema_tells_of_is_not_lost():
    class Surprise(BaseModel):
        on: date

        @field_serializer("on")
        def _untold(self, day):  # type: ignore[no-untyped-def]
            return {"year": day.year}

    (line,) = await csv_of([Surprise(on=date(2026, 11, 26))])
    assert "2026" in "".join(line.values())


async def test_columns_stand_whatever_the_rows_hold():
    empty = {"name": None, "motto": None, "days": [], "words": None, "limits": {}, "trips": [], "pets": None}
    (line,) = await csv_of([a_zoo(1, **empty)])
    names = {f"name_{language}" for language in ("fi", "sv", "en")}
    assert {*names, "motto_fi", "days", "trips_1_on", "trips_1_legs_1_length", "pets_1_lives"} <= line.keys()
    assert "name_so" not in line
    assert {line[name] for name in names} == {""}
    sheets = await sheets_of([a_zoo(1, **empty)])
    assert (sheets["trips"], sheets["pets"]) == ([], [])


def local(text: str) -> datetime:
    """A time without a zone, as the cells of workbooks are."""
    return datetime.fromisoformat(text)


class Figure(BaseModel):
    code: str
    amount: Decimal | None = None
    count: int = 0
    ratio: float = 0.0
    at: datetime | None = None
    on: date | None = None
    many: list[str] = []


async def test_numbers_days_and_times_are_what_the_reader_calculates_with():
    at = datetime.fromisoformat("2026-07-01T21:30:15.250+00:00")
    row = Figure(code="00123", amount=Decimal("-1225112342.50"), count=0, ratio=0.1, at=at, on=date(2026, 7, 1))
    (line,) = await csv_of([row])
    assert (line["code"], line["amount"], line["count"], line["ratio"]) == ("00123", "-1225112342.50", "0", "0.1")
    assert (line["at"], line["on"]) == ("2026-07-02T00:30:15.250000+03:00", "2026-07-01")
    (line,) = await csv_of([row], excel=True)
    assert (line["code"], line["amount"], line["count"], line["ratio"]) == ("00123", "-1225112342,50", "0", "0,1")
    assert (line["at (Europe/Helsinki)"], line["on"]) == ("2.7.2026 00:30:15,250", "1.7.2026")
    sheet = openpyxl.load_workbook(io.BytesIO(await content([row], "xlsx")))["Vipu"]
    code, amount, count, ratio, at_cell, on, many = sheet[2]
    assert (code.data_type, code.value, amount.data_type, amount.value) == ("s", "00123", "n", -1225112342.5)
    assert (amount.number_format, count.value, ratio.value, many.value) == ("#,##0.00", 0, 0.1, None)
    assert (sheet.cell(1, 5).value, at_cell.is_date, on.is_date) == ("at (Europe/Helsinki)", True, True)
    assert (at_cell.value, on.value) == (local("2026-07-02T00:30:15.250"), local("2026-07-01"))


async def test_what_a_spreadsheet_cannot_hold_is_a_text_of_it():
    old = Figure(code="1", on=date(1809, 3, 29), count=12345678901234567890, amount=Decimal("1234567890123456.78"))
    # The hour comes twice on this night: the second one keeps its offset.
    twice = [Figure(code="2", at=datetime.fromisoformat(f"2026-10-25T0{hour}:30:00+00:00")) for hour in (0, 1)]
    lines = (await sheets_of([old, *twice]))["Vipu"]
    assert (lines[0]["on"], lines[0]["count"]) == ("1809-03-29", "12345678901234567890")
    assert lines[0]["amount"] == "1234567890123456.78"
    shown = [line["at (Europe/Helsinki)"] for line in lines[1:]]
    assert shown == [local("2026-10-25T03:30"), "2026-10-25T03:30:00+02:00"]
    lines = await csv_of(twice, excel=True)
    assert [line["at (Europe/Helsinki)"] for line in lines] == ["25.10.2026 03:30", "2026-10-25T03:30:00+02:00"]


@pytest.mark.parametrize(
    "text", ["=1+1", "-5", "+358", "@x", "\t=1", " =1", "\uff1d1", "a\r\nb", 'a;"b', "1|2", "'x", "'=1"]
)
async def test_texts_are_harmless_and_whole(text):
    row = Figure(code=text, many=[text, "|"])
    await every_value_is_in_every_file([row])
    (line,) = await csv_of([row])
    runs = text.strip().lstrip("'").startswith(tuple("=-+@\uff1d"))
    assert line["code"] == (f"'{text}" if runs else text)
    sheet = openpyxl.load_workbook(io.BytesIO(await content([row], "xlsx")))["Vipu"]
    assert (sheet.cell(2, 1).data_type, sheet.cell(2, 7).data_type) == ("s", "s")


async def test_columns_and_sheets_with_one_name_are_told_apart():
    class Twin(BaseModel):
        id: int
        a_b: str
        a: dict[str, str]
        c_d: list[Leg]
        c: dict[str, list[Leg]]

    legs = [{"length": "1.00", "toes": []}]
    row = Twin.model_validate({"id": 1, "a_b": "x", "a": {"b": "y", "B": "z"}, "c_d": legs, "c": {"d": legs}})
    (line,) = await csv_of([row])
    assert (line["a_b"], line["a_b_2"], line["a_B_3"]) == ("x", "y", "z")
    assert [*(await sheets_of([row]))] == ["Vipu", "c_d", "c_d_2"]


async def test_a_full_sheet_and_a_full_cell_go_on_in_another(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_ROWS", 3)
    monkeypatch.setattr(workbooks, "MAX_TEXT", 10)
    rows = [Figure(code=f"{number} ja pitkä teksti") for number in range(5)]
    sheets = await sheets_of(rows)
    found = [line["code"] for name in ("Vipu", "Vipu_2", "Vipu_3") for line in sheets[name]]
    assert found == [row.code[:10] for row in rows]
    rest = [line for name, lines in sheets.items() if name.startswith("long texts") for line in lines]
    assert [line["text"] for line in rest] == [row.code[10:] for row in rows]
    assert {(line["sheet"], line["column"]) for line in rest} == {
        (name, "code") for name in ("Vipu", "Vipu_2", "Vipu_3")
    }
