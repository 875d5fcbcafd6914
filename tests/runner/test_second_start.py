"""A second `vipu up` on the same data, on another port: during a first start it says so and ends; later it joins."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from services.installation.errors import CannotRun
from services.installation.installation import Installation
from services.kernel.settings import ROOT
from tests.ports import own_port

READY = "Ctrl-C stops everything"
PATIENCE_SECONDS = 300


def start(data: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    """The command with the demonstration, in a process of its own that writes into the log."""
    words = [sys.executable, "-m", "services.cli", "up", "--data", str(data), "--port", str(port)]
    with log.open("w") as output:
        return subprocess.Popen(words, cwd=ROOT, stdout=output, stderr=output)  # noqa: S603


def test_one_process_at_a_time_prepares_an_installation(tmp_path):
    first, second = Installation(tmp_path), Installation(tmp_path)
    with first.preparing(), pytest.raises(CannotRun, match="Another start of Vipu is preparing"), second.preparing():
        pass
    with second.preparing():
        pass


@pytest.mark.slow
def test_a_second_start_in_the_first_second_of_a_first_one_ends_and_the_other_is_whole(shared_folder):
    data = shared_folder / f"second-{os.getpid()}"
    ports, logs = (own_port(), own_port()), [data.with_suffix(f".{number}.log") for number in (1, 2)]
    started = [start(data, ports[0], logs[0])]
    try:
        time.sleep(0.5)
        started.append(start(data, ports[1], logs[1]))
        loser = wait_for(lambda: next((n for n in (0, 1) if started[n].poll() is not None), None))
        assert started[loser].returncode == 1, logs[loser].read_text()
        assert "Another start of Vipu is preparing" in logs[loser].read_text()
        winner = 1 - loser
        wait_for(lambda: READY in logs[winner].read_text() or None)
        address = f"http://127.0.0.1:{ports[winner]}"
        assert httpx.get(f"{address}/readyz").status_code == 200
        found = httpx.get(f"{address}/api/registry/v1/projects", params={"kind": "coordination"}).json()["items"]
        assert "parempi-tyoelama" in {one["slug"] for one in found}
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(60) for process in started]
    assert codes[winner] == 0, logs[winner].read_text()
    assert not list(data.glob("postgres-*/data/postmaster.pid"))
    shutil.rmtree(data)
    for log in logs:
        log.unlink()


def wait_for(happens):
    """Wait until it returns something, and return that."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := happens()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found
