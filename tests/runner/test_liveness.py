"""The sign of life of a worker: there while it turns, and only then."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from services.installation.errors import CannotRun
from services.kernel.background import worker as workers
from services.kernel.background.worker import Worker
from services.kernel.runtime import PeriodicTask, Runtime
from services.kernel.settings import ROOT
from services.runner import liveness
from services.runner.processes import refuse_unwritable
from services.runner.working import work_until

PATIENCE_SECONDS = 10.0


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(liveness, "TOUCH_SECONDS", 0.01)
    monkeypatch.setattr(workers, "_STUCK_SECONDS", 0.1)


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "alive"


def make_old(file: Path) -> None:
    long_ago = time.time() - liveness.STALE_SECONDS - 1
    os.utime(file, (long_ago, long_ago))


async def is_touched(file: Path, *, within_seconds: float = PATIENCE_SECONDS) -> bool:
    """Return whether the file gets a new time."""
    with suppress(FileNotFoundError):
        make_old(file)
    until = time.monotonic() + within_seconds
    while time.monotonic() < until:
        if liveness.is_alive(file):
            return True
        await asyncio.sleep(0.01)
    return False


@pytest.fixture
def at_work(applications, file) -> Callable[..., object]:
    """`async with at_work(run):` a worker of events whose one periodic task runs `run` each hundredth of a second."""

    @asynccontextmanager
    async def begin(run: Callable[[Runtime], object]) -> AsyncIterator[None]:
        task = PeriodicTask("a-task", timedelta(seconds=0.01), run)
        stopping = asyncio.Event()
        runtime = applications.runtime("events")
        work = work_until(stopping, lambda: Worker(runtime, handlers={}, periodic_tasks=(task,)), liveness_file=file)
        working = asyncio.create_task(work)
        yield
        stopping.set()
        await asyncio.wait_for(working, PATIENCE_SECONDS)

    return begin


async def test_a_worker_gives_signs_of_life_until_it_ends(at_work, file):
    async def run(_: Runtime) -> None:
        """Do nothing."""

    async with at_work(run):
        assert await is_touched(file)
        assert await is_touched(file)
    assert not await is_touched(file, within_seconds=0.1)


async def test_a_task_that_fails_each_time_still_turns(at_work, file):
    async def run(_: Runtime) -> None:
        raise OSError

    async with at_work(run):
        assert await is_touched(file)
        await asyncio.sleep(0.2)
        assert await is_touched(file)


async def test_a_task_that_is_stuck_ends_the_signs_of_life_until_it_goes_on(at_work, file):
    free = asyncio.Event()

    async def run(_: Runtime) -> None:
        await free.wait()

    async with at_work(run):
        assert await is_touched(file)
        await asyncio.sleep(0.2)
        assert not await is_touched(file, within_seconds=0.2)
        free.set()
        assert await is_touched(file)


@pytest.mark.parametrize(
    ("make", "code"), [(Path.touch, 0), (lambda path: (path.touch(), make_old(path)), 1), (str, 1)]
)
def test_the_health_check_of_a_container_is_the_age_of_the_file(file, make, code):
    make(file)
    words = [sys.executable, "-m", "services.runner.liveness", str(file)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    assert (done.returncode, done.stderr) == (code, "The worker has given no sign of life.\n" if code else "")


def test_the_health_check_imports_the_standard_library_alone():
    code = (
        "import sys, services.runner.liveness; print(*(set(sys.modules) & {'pydantic', 'typer', 'fastapi', 'asyncio'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "\n"


def test_a_worker_that_cannot_give_its_sign_does_not_start(tmp_path):
    with pytest.raises(CannotRun, match=r"VIPU_LIVENESS_FILE: .*missing/alive cannot be written: No such file"):
        refuse_unwritable(tmp_path / "missing" / "alive")
    refuse_unwritable(None)
