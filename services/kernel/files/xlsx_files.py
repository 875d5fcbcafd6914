"""XLSX files of lists: a sheet for the rows, and one for each list of objects in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from .cells import Cell, cells
from .shapes import Column, Kind, Path, Shape, columns, lists, objects, value_at, values
from .workbooks import NewWorkbook, Sheet


def write_workbook(file: IO[bytes], layout: Shape, rows: Iterable[object]) -> None:
    """Write the rows into a file. Days, instants (in Helsinki time), numbers and booleans are cells of these types.

    A list of objects has a sheet with its field's name. Its first column names the row: its `id`, or else the first
    column of the row; the next one numbers the objects.
    """
    workbook = NewWorkbook(file)
    try:
        main = _main_table(workbook, layout)
        for row in rows:
            main.write([], row)
    finally:
        # A workbook that is not closed leaves files on the disk.
        workbook.close()


@dataclass(frozen=True, slots=True)
class _Table:
    """The sheet of rows, or of the objects in a list of each row.

    `list_path` and `list_shape` tell where the objects stand in a row of the outer sheet. `key` is the column by which
    the inner sheets name a row of this one; objects are named by the columns before their own.
    """

    sheet: Sheet
    columns: Sequence[Column]
    shape: Shape
    list_path: Path
    list_shape: Shape
    key: slice
    inner: "Sequence[_Table]"

    def write(self, keys: Sequence[Cell], value: object) -> None:
        """Write a row or an object, and the objects in its lists."""
        own = cells(self.columns, values(self.shape, value, numbered=False))
        self.sheet.write([*keys, *own])
        for table in self.inner:
            entries = objects(table.list_shape, value_at(value, table.list_path))
            for number, entry in enumerate(entries, start=1):
                table.write([*keys, *own[self.key], number], entry)


def _main_table(workbook: NewWorkbook, layout: Shape) -> _Table:
    own = list(columns(layout, numbered=False))
    sheet = workbook.add("Vipu", own)
    key = next((place for place, column in enumerate(own) if column.path == ("id",)), 0)
    inner = _inner_tables(workbook, layout, (), own[key : key + 1])
    return _Table(sheet, own, layout, (), layout, slice(key, key + 1), inner)


def _inner_tables(workbook: NewWorkbook, outer: Shape, above: Path, keys: Sequence[Column]) -> list[_Table]:
    return [_inner_table(workbook, shape, (path, (*above, *path)), keys) for path, shape in lists(outer)]


def _inner_table(workbook: NewWorkbook, shape: Shape, paths: tuple[Path, Path], keys: Sequence[Column]) -> _Table:
    path, whole_path = paths
    item = shape.items or Shape()
    own = list(columns(item, numbered=False))
    sheet = workbook.add("_".join(whole_path) or "value", [*keys, Column(("number",), Kind.number), *own])
    number = Column((*whole_path, "number"), Kind.number)
    inner = _inner_tables(workbook, item, whole_path, [*keys, number])
    return _Table(sheet, own, item, path, shape, slice(0), inner)
