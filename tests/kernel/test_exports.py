"""Exports: the files are complete, and nothing is left when their reader disconnects."""

import asyncio
import io
import tempfile
import threading

import openpyxl
import pytest
import xlsxwriter
from pydantic import BaseModel

from services.kernel.lists.exports import answer_file


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
