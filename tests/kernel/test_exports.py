"""Exports: the files are complete, and nothing is left when their reader disconnects."""

import asyncio
import io
import tempfile
import threading

import openpyxl
import pytest
import xlsxwriter
from pydantic import BaseModel

from services.events.attendance.schemas import AttendanceRead
from services.events.registrations.schemas import RegistrationRead
from services.kernel.lists.csv_files import csv_file
from services.kernel.lists.exports import answer_file
from services.kernel.lists.layouts import layout_of


class Kettle(BaseModel):
    """A row of these tests."""

    name: str
    litres: int


KETTLES = [Kettle(name="=1+1", litres=2), Kettle(name="Pöytä", litres=3)]


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Temporary files go where this test can count them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def closed_in(monkeypatch):
    """The threads in which workbooks were closed."""
    threads, close = [], xlsxwriter.Workbook.close

    def closing(workbook):
        threads.append(threading.current_thread())
        close(workbook)

    monkeypatch.setattr(xlsxwriter.Workbook, "close", closing)
    return threads


async def test_a_workbook_is_compressed_beside_the_loop(own_folder, closed_in):
    answer = answer_file("kettles", Kettle, KETTLES, "xlsx", excel=False)
    content = b"".join([block async for block in answer.body_iterator])
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
    assert rows == [("name", "litres"), ("=1+1", 2), ("Pöytä", 3)]
    assert closed_in and threading.main_thread() not in closed_in
    assert list(own_folder.iterdir()) == []


async def test_a_workbook_that_is_broken_off_leaves_nothing_behind(own_folder, closed_in):
    class Broken(Kettle):
        """A row that cannot be written."""

        def model_dump_json(self, **_):
            assert list(own_folder.iterdir())
            raise LookupError

    answer = answer_file("kettles", Kettle, [*KETTLES, Broken(name="x", litres=1)], "xlsx", excel=False)
    with pytest.raises(LookupError):
        await asyncio.wait_for(anext(aiter(answer.body_iterator)), 10)
    assert len(closed_in) == 1
    assert list(own_folder.iterdir()) == []


@pytest.mark.parametrize("model", [RegistrationRead, AttendanceRead, Kettle])
async def test_a_list_with_fixed_columns_begins_before_its_rows_are_read(model):
    layout, read = layout_of(model), []

    async def rows():
        read.append("first")
        yield []

    assert not layout.grows
    blocks = csv_file(layout, rows(), excel=False)
    assert (await anext(blocks)).startswith(next(iter(model.model_fields)).encode())
    assert read == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_rows_that_are_read_twice_leave_nothing_behind(own_folder, form):
    class Shelf(BaseModel):
        """A row with as many columns as the longest list needs."""

        id: int
        kettles: list[Kettle]

    shelves = [Shelf(id=count, kettles=KETTLES[:count]) for count in (1, 2, 0)]
    answer = answer_file("shelves", Shelf, shelves, form, excel=False)
    content = b"".join([block async for block in answer.body_iterator])
    if form == "csv":
        header = "id,kettles_1_name,kettles_1_litres,kettles_2_name,kettles_2_litres"
        assert content.decode().splitlines()[0] == header
    assert list(own_folder.iterdir()) == []
