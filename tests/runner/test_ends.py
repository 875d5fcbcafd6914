"""The end: a task that ignores its cancellation is named in the log and left, and the process ends."""

import os
import signal
import subprocess
import sys

import pytest

from services.kernel.settings import ROOT

PROGRAM = """
import asyncio
from services.kernel import log
from services.runner import serving

log.configure(level="WARNING")
serving._CANCEL_SECONDS = 0.2

async def stubborn():
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass

async def beside_others(stopping):
    async with asyncio.TaskGroup() as group:
        group.create_task(stubborn(), name="relay")
        print("running", flush=True)
        await stopping.wait()

async def interrupted(stopping):
    asyncio.create_task(stubborn(), name="relay")
    await asyncio.sleep(0)
    print("running", flush=True)
    await stopping.wait()
    raise KeyboardInterrupt

try:
    serving.run_loop({main}, end_seconds=0.2)
finally:
    print("ended", flush=True)
"""


@pytest.mark.parametrize(("main", "code"), [("beside_others", 0), ("interrupted", -signal.SIGINT)])
def test_a_task_that_ignores_its_cancellation_does_not_hang_the_end(main, code):
    words = [sys.executable, "-c", PROGRAM.replace("{main}", main)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGTERM)
        said, logged = process.communicate(timeout=20)
        assert (said, process.returncode) == ("ended\n", code)
        assert "end.tasks_left" in logged
        assert "relay: <coroutine object stubborn" in logged


PROCESSES = """
import asyncio
from services.runner import processes
from services.runner.serving import bound_socket, configuration

processes._END_SECONDS = 0.5

async def stubborn(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        print("running", flush=True)
        await receive()
        await asyncio.Event().wait()

def build():
    return stubborn

if __name__ == "__main__":
    with bound_socket("127.0.0.1", 0) as bound:
        config = configuration(build, root_path="", workers=2)
        processes.Processes(config, sockets=[bound]).run()
    print("ended", flush=True)
"""


def test_a_process_that_does_not_end_is_killed(tmp_path):
    program = tmp_path / "stubborn.py"
    program.write_text(PROCESSES)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, str(program)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603
        for _ in range(2):
            assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
        assert (said.count("process.killed"), said.endswith("ended\n"), process.returncode) == (2, True, 0)
