"""Exports: the files are complete, one process makes them one at a time, and nothing is left when a reader leaves."""

import asyncio
import io
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
import pytest
from pydantic import BaseModel

from services.events.attendance.schemas import AttendanceRead
from services.events.registrations.schemas import RegistrationRead
from services.kernel.files import maker, making
from services.kernel.files.making import Order
from services.kernel.files.shapes import Kind, Shape
from services.kernel.files.traffic import Traffic
from services.kernel.lists.exports import MadeFile, answer_file
from services.kernel.lists.layouts import layout_of
from services.kernel.web.errors import ExportBusy, Unavailable


class Kettle(BaseModel):
    """A row of these tests."""

    name: str
    litres: int


KETTLES = [Kettle(name="=1+1", litres=2), Kettle(name="Pöytä", litres=3)]
LAYOUT = Shape(members={"name": Shape(Kind.text), "litres": Shape(Kind.number)})
ROWS = b'{"name": "=1+1", "litres": 2}\n{"name": "P\xc3\xb6yt\xc3\xa4", "litres": 3}\n'


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """Temporary files go where this test can count them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def order():
    return Order(LAYOUT, "xlsx", excel=False)


async def rows(*blocks, then=None):
    for block in blocks:
        yield block
    if then is not None:
        await then.wait()


def of_process(pid, name):
    return Path(f"/proc/{pid}/{name}").read_text()


def processes():
    """The children of this process that make a file."""
    children = [pid for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()]
    return [int(pid) for pid in children if making.__name__ in of_process(pid, "cmdline")]


async def the_maker():
    """The process that makes a file, once it runs."""
    async with asyncio.timeout(10):
        while not (found := processes()):  # noqa: ASYNC110 - No event tells of the start of a process.
            await asyncio.sleep(0.01)
    return found[0]


async def test_a_process_of_its_own_makes_the_file(own_folder, monkeypatch):
    monkeypatch.setenv("VIPU_CURSOR_KEY", "secret")
    never = asyncio.Event()
    task = asyncio.create_task(maker.made_file(order(), rows(ROWS, then=never)))
    pid = await the_maker()
    # It has no secret.
    assert "VIPU" not in of_process(pid, "environ")
    never.set()
    with await task as file:
        assert list(openpyxl.load_workbook(file).active.values) == [("name", "litres"), ("=1+1", 2), ("Pöytä", 3)]
    assert processes() == [] and list(own_folder.iterdir()) == []


async def test_while_a_file_is_made_another_one_waits_its_turn():
    never = asyncio.Event()
    task = asyncio.create_task(maker.made_file(order(), rows(ROWS, then=never)))
    await the_maker()
    with pytest.raises(ExportBusy) as busy:
        await maker.made_file(order(), rows(ROWS))
    assert busy.value.headers["Retry-After"] == "5" and busy.value.status == 503
    never.set()
    (await task).close()
    (await maker.made_file(order(), rows(ROWS))).close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
async def test_a_maker_that_dies_is_a_failure_at_once(own_folder, number):
    alive = asyncio.Event()

    async def endless():
        yield ROWS
        await alive.wait()
        while True:
            yield ROWS * 1000

    task = asyncio.create_task(maker.made_file(order(), endless()))
    os.kill(await the_maker(), number)
    alive.set()
    with pytest.raises(Unavailable) as failed:
        await asyncio.wait_for(task, 5)
    assert failed.value.headers["Retry-After"] == "5"
    assert processes() == [] and list(own_folder.iterdir()) == []


async def test_a_maker_that_dies_while_it_finishes_is_a_failure_too(own_folder):
    at_end = asyncio.Event()

    async def many():
        yield ROWS * 5000
        at_end.set()

    task = asyncio.create_task(maker.made_file(order(), many()))
    await at_end.wait()
    os.kill(await the_maker(), signal.SIGKILL)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(task, 5)
    assert list(own_folder.iterdir()) == []


async def test_rows_that_cannot_be_read_end_the_maker(own_folder):
    async def broken():
        yield ROWS
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await maker.made_file(order(), broken())
    assert processes() == [] and list(own_folder.iterdir()) == []


async def test_a_file_that_takes_too_long_is_a_failure(own_folder, monkeypatch):
    monkeypatch.setattr(maker, "_SECONDS", 0.3)
    with pytest.raises(Unavailable):
        await maker.made_file(order(), rows(ROWS, then=asyncio.Event()))
    assert processes() == [] and list(own_folder.iterdir()) == []


def test_without_the_process_that_serves_the_maker_ends():
    words = [sys.executable, "-m", making.__name__]
    cut = subprocess.run(words, input=pickle.dumps(order()) + ROWS, capture_output=True, check=False)  # noqa: S603
    assert (cut.returncode, cut.stderr) == (1, b"")


def test_a_failure_of_the_maker_names_no_value():
    words = [sys.executable, "-m", making.__name__]
    given = pickle.dumps(order()) + b'{"name": Meikalainen}\n\n'
    failed = subprocess.run(words, input=given, capture_output=True, check=False)  # noqa: S603
    assert failed.returncode == 1 and b"making.py" in failed.stderr
    assert b"Meikalainen" not in failed.stderr


@pytest.fixture
def asks(applications):
    """Ask for the workbook of all projects, as a caller who leaves when `leaving` is set. Returns what is sent."""
    app = applications.apps["registry"]

    async def ask(leaving=None, form="xlsx"):
        sent, begun = [], False

        async def receive():
            nonlocal begun
            if begun:
                await (leaving or asyncio.Event()).wait()
                return {"type": "http.disconnect"}
            begun = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http", "method": "GET", "path": "/v1/projects", "raw_path": b"/v1/projects", "scheme": "http",
            "query_string": f"format={form}".encode(), "root_path": "", "headers": [(b"host", b"vipu.test")],
            "client": ("192.0.2.1", 1), "server": ("vipu.test", 80), "http_version": "1.1", "asgi": {"version": "3.0"},
        }  # fmt: skip
        await app(scope, receive, send)
        return sent

    return ask


def endless_file(file_order, lines):
    """A file whose rows do not end."""

    async def endless():
        async for block in lines:
            yield block
        await asyncio.Event().wait()

    return maker.made_file(file_order, endless())


async def test_a_caller_who_leaves_ends_the_maker(asks, monkeypatch, own_folder):
    leaving = asyncio.Event()
    monkeypatch.setattr("services.kernel.lists.exports.made_file", endless_file)
    asking = asyncio.create_task(asks(leaving))
    await the_maker()
    leaving.set()
    assert await asyncio.wait_for(asking, 5) == []
    assert processes() == [] and list(own_folder.iterdir()) == []


async def test_the_end_of_the_serving_process_ends_the_maker(asks, monkeypatch, own_folder):
    monkeypatch.setattr("services.kernel.lists.exports.made_file", endless_file)
    asking = asyncio.create_task(asks())
    await the_maker()
    # As the server does with requests that are not finished in time.
    asking.cancel()
    await asyncio.wait({asking})
    assert processes() == [] and list(own_folder.iterdir()) == []


async def test_only_one_of_many_callers_is_served_and_the_others_are_told_when_to_come(client):
    anonymous = client("registry")
    answers = await asyncio.gather(*(anonymous.get("/v1/projects", format=form) for form in ("xlsx", "csv") * 2))
    assert sorted(answer.status_code for answer in answers) == [200, 503, 503, 503]
    for answer in answers:
        if answer.status_code == 503:
            assert answer.json()["code"] == "export-busy" and answer.headers["retry-after"] == "5"
        else:
            assert int(answer.headers["content-length"]) == len(answer.content)
    assert (await anonymous.get("/v1/projects", format="jsonl")).status_code == 200


async def test_a_caller_takes_so_many_files_in_some_time(client, change_settings):
    change_settings("registry", export_rate="1/minute")
    anonymous = client("registry")
    answers = [await anonymous.get("/v1/projects", format="csv") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert int(answers[1].headers["retry-after"]) > 0


@pytest.mark.parametrize("model", [RegistrationRead, AttendanceRead, Kettle])
async def test_a_list_with_fixed_columns_begins_before_its_rows_are_read(model):
    assert not layout_of(model).grows
    answer = answer_file("list", model, [], "csv", excel=False)
    assert not isinstance(answer, MadeFile)
    assert (await anext(aiter(answer.body_iterator))).startswith(next(iter(model.model_fields)).encode())


async def test_columns_that_depend_on_the_rows_are_those_of_the_longest_list():
    class Shelf(BaseModel):
        """A row with as many columns as the longest list needs."""

        id: int
        kettles: list[Kettle]

    shelves = [Shelf(id=count, kettles=KETTLES[:count]) for count in (1, 2, 0)]
    answer = answer_file("shelves", Shelf, shelves, "csv", excel=False)
    file = io.BytesIO()
    making.make(answer.order, io.BytesIO(b"".join([block async for block in answer.lines])), file)
    header = "id,kettles_1_name,kettles_1_litres,kettles_2_name,kettles_2_litres"
    assert file.getvalue().decode().splitlines()[0] == header


class Steps:
    """Long work whose steps are written down."""

    def __init__(self):
        self.traffic, self.log = Traffic(), []

    async def work(self, count):
        for _ in range(count):
            async with self.traffic.step():
                self.log.append("begins")
                await asyncio.sleep(0.005)
                self.log.append("ends")


async def test_the_steps_of_all_files_follow_each_other():
    steps = Steps()
    await asyncio.gather(*(steps.work(5) for _ in range(4)))
    assert steps.log == ["begins", "ends"] * 20


async def test_requests_go_before_the_steps_of_a_file_and_not_for_ever():
    steps = Steps()
    with steps.traffic.request():
        working = asyncio.create_task(steps.work(3))
        await asyncio.sleep(0.05)
        assert steps.log == ["begins", "ends"]
        await asyncio.sleep(0.1)
        assert steps.log == ["begins", "ends"] * 2
    await working
    with steps.traffic.request(), steps.traffic.long_work():
        began = asyncio.get_running_loop().time()
        await steps.work(3)
        assert asyncio.get_running_loop().time() - began < 0.1
