"""Imports beside each other and beside persons: turns are taken, progress is seen, memory stays where it is."""

import asyncio
import csv
import gc
import io
import itertools
import sys
import tracemalloc
from contextlib import asynccontextmanager, contextmanager
from uuid import UUID

import asyncpg
import pytest
import xlsxwriter
from sqlalchemy import text

from services.kernel.data.ids import new_id
from services.registry.imports import applying, service, staging
from services.registry.imports.importers import FORMATS
from services.registry.imports.reading import text as text_files
from services.registry.imports.reading.ledger import Row
from services.registry.imports.reading.reader import open_list
from services.registry.imports.rows import read_row
from services.registry.imports.terms import Format, ImportId, ImportState
from services.registry.organisations import importing as organisation_lists
from services.registry.projects import importing as project_lists
from services.registry.projects.list_fields import Codes, row_reader
from services.registry.projects.list_formats import FORMATS as PROJECT_FORMATS
from services.registry.search.keys import Vector
from services.registry.search.lemmas import KEPT_WORDS
from services.registry.search.terms import Weight
from services.registry.search.words import current_analyser
from tests.registry.test_imports import ADMIN, CLEAN, importing, rows_of, some_rows

__all__ = ["importing", "rows_of"]

LISTS = (some_rows(6), some_rows(6, S10324={"name_fi": "Uusi nimi"}))


async def both_applied_at_once(client, importing, applications):
    """Two lists of the same projects, both seen as new, applied in the same moment; both as they then are."""
    imports = [await importing(content) for content in LISTS]
    admin, database = client("registry", ADMIN), applications.runtime("registry").database
    for import_ in imports:
        assert (await admin.post(f"/v1/imports/{import_['id']}/apply")).status_code == 202
    await asyncio.gather(*(service.apply(database, ImportId(UUID(import_["id"]))) for import_ in imports))
    return [(await admin.get(f"/v1/imports/{import_['id']}")).json() for import_ in imports]


async def uploaded(client, content):
    """Upload a list that waits for its dry run. Returns the id of its import."""
    csv_file = {"content": content, "headers": {"Content-Type": "text/csv"}}
    made = await client("registry", ADMIN).send("POST", "/v1/imports", **csv_file)
    return ImportId(UUID(made.json()["id"]))


async def test_two_imports_of_the_same_projects_take_turns(client, importing, applications, superuser):
    done = await both_applied_at_once(client, importing, applications)
    assert [one["state"] for one in done] == ["applied", "applied"]
    assert sorted(one["counts"]["new"] for one in done) == [0, 6]
    assert sorted(one["counts"]["changed"] for one in done) == [0, 1]
    assert await superuser.fetchval("SELECT count(*) FROM registry.projects") == 6
    twice = "SELECT lower(sort_name) FROM registry.organisations GROUP BY 1 HAVING count(*) > 1"
    assert await superuser.fetch(twice) == []


async def test_without_taking_turns_one_of_the_two_would_fail(client, importing, applications, monkeypatch):
    monkeypatch.setattr(service, "_TAKE_TURNS", text("SELECT 1"))
    judge, both = staging.judge, asyncio.Barrier(2)

    async def judge_at_once(session, import_):
        await judge(session, import_)
        if import_.state == ImportState.applying:
            await both.wait()

    monkeypatch.setattr(staging, "judge", judge_at_once)
    done = await both_applied_at_once(client, importing, applications)
    assert sorted(one["state"] for one in done) == ["analysed", "applied"]


async def test_a_dry_run_of_a_few_rows_does_not_wait_for_another_one(client, applications, monkeypatch):
    monkeypatch.setattr(staging, "MANY_ROWS", 6)
    database = applications.runtime("registry").database
    judge, reached, go_on = staging.judge, asyncio.Event(), asyncio.Event()

    async def judge_later(session, import_):
        if import_.id == long:
            reached.set()
            await go_on.wait()
        await judge(session, import_)

    monkeypatch.setattr(staging, "judge", judge_later)
    long, short = [await uploaded(client, content) for content in (some_rows(6), some_rows(3))]
    async with asyncio.TaskGroup() as group:
        group.create_task(service.analyse(database, long))
        await reached.wait()
        async with asyncio.timeout(20):
            await service.analyse(database, short)
        states = [
            (await client("registry", ADMIN).get(f"/v1/imports/{import_id}")).json()["state"]
            for import_id in (long, short)
        ]
        go_on.set()
    assert states == ["uploaded", "analysed"]


@asynccontextmanager
async def a_person_entering(cluster, database_name, number):
    """Open the transaction in which a person enters a project of that number; the caller ends it."""
    path = {"search_path": "registry,public"}
    person = await asyncpg.connect(cluster.url(database_name), server_settings=path)
    entering = person.transaction()
    await entering.start()
    project_id = new_id()
    await person.execute(
        "INSERT INTO projects (id, slug, kind, scope, state, name, sort_key)"
        " VALUES ($1, 'ihmisen', 'pilot', 'local', 'running', '{\"fi\": \"Ihmisen\"}', 'Ihmisen')",
        project_id,
    )
    await person.execute(
        "INSERT INTO project_identifiers (scheme, value, project_id, position) VALUES ('eura2007', $1, $2, 0)",
        number,
        project_id,
    )
    yield entering
    await person.close()


async def wait_for_a_blocked_backend(superuser):
    """Return once a backend waits for the transaction of another backend."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'transactionid' AND datname = current_database()"
    async with asyncio.timeout(30):
        while not await superuser.fetchval(waits):  # noqa: ASYNC110 - PostgreSQL sends no notice when a backend waits.
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("entered", [False, True], ids=["given-up", "entered"])
async def test_progress_is_shown_and_a_project_that_a_person_enters_meanwhile_stops_the_import(
    client, importing, applications, superuser, cluster, database_name, monkeypatch, entered
):
    monkeypatch.setattr(applying, "CHUNK_ROWS", 5)
    import_, admin = await importing(some_rows(12)), client("registry", ADMIN)
    address = f"/v1/imports/{import_['id']}"
    eighth = some_rows(8).splitlines()[-1].decode().split(",")[0]
    await admin.post(f"{address}/apply")
    async with a_person_entering(cluster, database_name, eighth) as entering, asyncio.TaskGroup() as group:
        group.create_task(service.apply(applications.runtime("registry").database, ImportId(UUID(import_["id"]))))
        await wait_for_a_blocked_backend(superuser)
        under_way = (await admin.get(address)).json()
        assert (under_way["state"], under_way["rows_done"], under_way["rows_total"]) == ("applying", 5, 12)
        assert await superuser.fetchval("SELECT count(*) FROM registry.projects") == 0
        await (entering.commit() if entered else entering.rollback())
    after = (await admin.get(address)).json()
    if not entered:
        assert (after["state"], after["rows_done"], after["failure"]) == ("applied", 12, None)
        return
    assert (after["state"], after["rows_done"]) == ("analysed", 0)
    assert "apply it again" in after["failure"]
    assert await superuser.fetchval("SELECT count(*) FROM registry.projects") == 1
    await admin.post(f"{address}/apply")
    await applications.worker("registry").drain()
    assert (await admin.get(address)).json()["counts"]["new"] == 11


def most_memory_while_reading(content):
    """Return the most bytes that reading and judging the lines takes, without the file itself."""
    tracemalloc.start()
    known, reader = FORMATS[Format.esr_2007_2013], row_reader(PROJECT_FORMATS[0], Codes(frozenset({"ESR"}), {}))
    for line in open_list(content, [known]).lines():
        if isinstance(line, Row):
            read_row(known, reader, line)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def a_text_of(rows):
    """Return a list of so many rows as text."""
    header, *lines = CLEAN.read_bytes().splitlines(keepends=True)[:1001]
    return header + b"".join(lines) * (rows // len(lines))


def a_workbook_of(rows):
    """Return a list of so many rows as a workbook, in which most texts are shared ones that stand once."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    header, *lines = csv.reader(io.StringIO(CLEAN.read_text(encoding="utf-8")))
    sheet.write_row(0, 0, header)
    for place, line in zip(range(rows), itertools.cycle(lines)):
        sheet.write_row(place + 1, 0, [f"S{place}", line[1], f"{line[2]} {place}", *line[3:]])
    book.close()
    return file.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("a_file_of", [a_text_of, a_workbook_of])
def test_a_file_ten_times_as_long_takes_no_more_memory_to_read(monkeypatch, a_file_of):
    monkeypatch.setattr(text_files, "_BLOCK", 1 << 14)  # Small beside even the short file.
    most_memory_while_reading(a_file_of(1_000))  # What is loaded at the first use counts for neither.
    short, long = (most_memory_while_reading(a_file_of(rows)) for rows in (2_000, 20_000))
    assert long < 1.2 * short + 100_000


async def most_memory_while_importing(client, applications, content):
    """Return the most bytes that the dry run and the applying of a list take, without the file itself."""
    admin, database = client("registry", ADMIN), applications.runtime("registry").database
    import_id = await uploaded(client, content)
    tracemalloc.start()
    await service.analyse(database, import_id)
    await admin.post(f"/v1/imports/{import_id}/apply")
    await service.apply(database, import_id)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (await admin.get(f"/v1/imports/{import_id}")).json()["state"] == "applied"
    return peak


def fill_the_caches_of_words():
    """Index as many words and numbers as the bounded caches of search keep."""
    vector = Vector(current_analyser(), set(), most_bytes=10**9)
    for number in range(KEPT_WORDS + 1):
        vector.add(f"Sana{number}", Weight.name)
    vector.add_numbers([f"S{number}" for number in range(90_000, 90_001 + KEPT_WORDS)])


@contextmanager
def without_tracer():
    """Stop the tracer of coverage, which takes memory for each line that runs."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


@pytest.mark.slow
async def test_a_list_ten_times_as_long_takes_no_more_memory_to_import(client, applications, monkeypatch):
    for module in (applying, staging):
        monkeypatch.setattr(module, "CHUNK_ROWS", 100)
    for module in (organisation_lists, project_lists):
        monkeypatch.setattr(module, "_PAGE", 100)
    chunks = staging.chunks

    async def collected_chunks(session, import_id, *, size):
        """Garbage that waits for the collector is no memory that an import needs."""
        async for chunk in chunks(session, import_id, size=size):
            gc.collect()
            yield chunk

    monkeypatch.setattr(staging, "chunks", collected_chunks)
    header, *rows = CLEAN.read_bytes().splitlines(keepends=True)
    fill_the_caches_of_words()
    # The same two hundred names again and again, so that the other caches are filled by the first list.
    numbered = [b"S" + str(number).encode() + rows[number % 200][6:] for number in range(3_000, 5_400)]
    for_caches, short, long = (b"".join(numbered[begin:end]) for begin, end in ((0, 200), (200, 400), (400, 2400)))
    with without_tracer():
        await most_memory_while_importing(client, applications, header + for_caches)
        least = await most_memory_while_importing(client, applications, header + short)
        most = await most_memory_while_importing(client, applications, header + long)
    assert most < 1.2 * least + len(long)
