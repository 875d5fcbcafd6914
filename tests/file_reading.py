"""Reading lists as files back: every value of a JSON row must be in the row of the file, in the right type of cell."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl

HELSINKI = ZoneInfo("Europe/Helsinki")
Leaf = tuple[str, Any]
_APOSTROPHE = re.compile("^'(?=[ \xa0']*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-])")
_TYPED = re.compile(r"\d{4}-\d\d-\d\d(T.*Z)?|-?\d+\.\d\d")
Sheets = Mapping[str, Sequence[Mapping[str, Any]]]


def csv_rows(content: bytes, *, excel: bool = False) -> list[dict[str, str]]:
    """The rows of a CSV file, by column."""
    text = content.decode("utf-8-sig" if excel else "utf-8")
    assert text.startswith("\ufeff") is False
    header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if excel else ",")
    assert len(set(header)) == len(header)
    assert all(len(line) == len(header) for line in lines)
    return [dict(zip(header, line, strict=True)) for line in lines]


def xlsx_sheets(content: bytes) -> Sheets:
    """The rows of every sheet of a workbook, by column."""
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    sheets = {}
    for sheet in workbook.worksheets:
        header, *lines = sheet.iter_rows(values_only=True)
        assert len(set(header)) == len(header)
        sheets[sheet.title] = [dict(zip(header, line, strict=True)) for line in lines]
    return sheets


def jsonl_rows(content: bytes) -> list[Any]:
    """The rows of a JSON lines file."""
    return [json.loads(line) for line in content.splitlines()]


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """The values of a row that are not empty, each with its column in a CSV file; a list of scalars is one value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list) and any(isinstance(entry, dict | list) for entry in value):
        for number, entry in enumerate(value, start=1):
            yield from leaves(entry, (*path, str(number)))
    elif value not in (None, "", []):
        yield "_".join(path), value


def in_csv(row: Mapping[str, Any], line: Mapping[str, str]) -> None:
    """Assert that every value of the JSON row is in the line of a CSV file for machines."""
    for column, value in leaves(row):
        assert column in line, f"{column} is no column of {list(line)}"
        assert _same_text(value, line[column]), f"{column}: {value!r} is not {line[column]!r}"


def _same_text(value: Any, cell: str) -> bool:
    if isinstance(value, list):
        pieces = list_pieces(plain(cell))
        return len(pieces) == len(value) and all(map(_same_piece, value, pieces))
    if isinstance(value, bool):
        return cell == json.dumps(value)
    if isinstance(value, int | float):
        return bool(cell) and Decimal(cell) == Decimal(str(value))
    return plain(cell) == value or _is_instant(cell, value)


def list_pieces(cell: str) -> list[str]:
    """The values of a list of scalars in one cell."""
    return next(csv.reader(io.StringIO(cell, newline=""), delimiter="|"), [])


def _same_piece(value: Any, piece: str) -> bool:
    return piece == value or (not isinstance(value, str) and _same_text(value, piece)) or _is_instant(piece, value)


def plain(cell: str) -> str:
    """The text of a cell of a CSV file without the apostrophe that keeps it from being a formula."""
    return _APOSTROPHE.sub("", cell)


def _is_instant(cell: Any, value: str) -> bool:
    try:
        told, meant = datetime.fromisoformat(cell), datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return told == meant and told.utcoffset() == told.astimezone(HELSINKI).utcoffset()


def in_excel_csv(row: Mapping[str, Any], line: Mapping[str, str]) -> None:
    """Assert that every value of the JSON row is in the line of a CSV file for a Finnish Excel."""
    for column, value in leaves(row):
        zoned = f"{column} (Europe/Helsinki)"
        cell = line[zoned if zoned in line else column]
        pieces = list_pieces(plain(cell)) if isinstance(value, list) else [cell]
        values = value if isinstance(value, list) else [value]
        assert len(pieces) == len(values), f"{column}: {value!r} is not {cell!r}"
        for entry, piece in zip(values, pieces, strict=True):
            assert piece in _finnish_texts(entry), f"{column}: {value!r} is not {cell!r}"


def _finnish_texts(value: Any) -> set[str]:
    if isinstance(value, bool):
        return {json.dumps(value)}
    text = str(value)
    found = {text.replace(".", ",")} if isinstance(value, int | float) else {text, f"'{text}"}
    try:
        Decimal(text)
        found.add(text.replace(".", ","))
    except ArithmeticError:
        pass
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return found
    day = f"{local.day}.{local.month}.{local.year}"
    if len(text) == len("2026-11-26"):
        return {*found, day}
    local = local.astimezone(HELSINKI)
    day = f"{local.day}.{local.month}.{local.year} {local:%H:%M}"
    return {day, f"{day}:{local:%S}", f"{day}:{local:%S},{local.microsecond // 1000:03d}"}


def looks_like_a_type(value: Any) -> bool:
    """Return whether a text of JSON looks like a day, an instant or a decimal."""
    return isinstance(value, str) and bool(_TYPED.fullmatch(value))


def in_workbook(row: Mapping[str, Any], line: Mapping[str, Any], sheets: Sheets) -> None:
    """Assert that every value of the JSON row is in the line of the first sheet, or in the sheets of its lists."""
    key = "id" if "id" in line else next(iter(line))
    _in_sheet(row, line, sheets, (), [(key, line[key])])


def _in_sheet(
    value: Any, line: Mapping[str, Any], sheets: Sheets, above: tuple[str, ...], keys: list[tuple[str, Any]]
) -> None:
    own, lists = _split(value, ())
    for path, leaf in own.items():
        column = "_".join(path) or "value"
        zoned = f"{column} (Europe/Helsinki)"
        cell = line[zoned if zoned in line else column]
        assert same_cell(leaf, cell), f"{above} {column}: {leaf!r} is not {cell!r}"
    for path, entries in lists.items():
        name = "_".join((*above, *path))
        found = [line for line in sheets[name[:27]] if all(line[column] == cell for column, cell in keys)]
        assert [line["number"] for line in found] == list(range(1, len(entries) + 1)), name
        for entry, line_of_entry in zip(entries, found, strict=True):
            inner = [*keys, (f"{name}_number", line_of_entry["number"])]
            _in_sheet(entry, line_of_entry, sheets, (*above, *path), inner)


def _split(value: Any, path: tuple[str, ...]) -> tuple[dict[tuple[str, ...], Any], dict[tuple[str, ...], list[Any]]]:
    """The values of an object's own columns, and its lists of objects."""
    own: dict[tuple[str, ...], Any] = {}
    lists: dict[tuple[str, ...], list[Any]] = {}
    if isinstance(value, dict):
        for name, inner in value.items():
            of_inner = _split(inner, (*path, name))
            own |= of_inner[0]
            lists |= of_inner[1]
    elif isinstance(value, list) and any(isinstance(entry, dict | list) for entry in value):
        lists[path] = value
    elif value not in (None, "", []):
        own[path] = value
    return own, lists


def same_cell(value: Any, cell: Any) -> bool:
    """Return whether a cell of a workbook has the value of JSON, in the type that a spreadsheet calculates with."""
    if isinstance(value, list):
        pieces = list_pieces(str(cell))
        return len(pieces) == len(value) and all(map(_same_piece, _line_feeds(value), pieces))
    if isinstance(value, bool) or isinstance(cell, bool):
        return value is cell
    if isinstance(value, int | float):
        # A number with more digits than a spreadsheet knows is a text.
        return cell == (value if abs(value) < 10**15 else str(value))
    if isinstance(cell, datetime):
        return _same_time(cell, value)
    if isinstance(cell, int | float):
        return Decimal(str(cell)) == Decimal(value)
    # A line break in a cell of a workbook is a line feed.
    return bool(cell == value.replace("\r\n", "\n")) or _is_instant(cell, value)


def _line_feeds(value: list[Any]) -> list[Any]:
    return [entry.replace("\r\n", "\n") if isinstance(entry, str) else entry for entry in value]


def _same_time(cell: datetime, value: str) -> bool:
    if len(value) == len("2026-11-26"):
        return cell == datetime.combine(date.fromisoformat(value), datetime.min.time())
    # A spreadsheet knows thousandths of a second.
    meant = datetime.fromisoformat(value).astimezone(HELSINKI).replace(tzinfo=None)
    return abs(cell - meant).total_seconds() <= 0.001
