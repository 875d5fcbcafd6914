"""What takes seconds: every service in a process of its own, a database that is killed, a backup and back."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.contracts.services import SERVICE_NAMES
from services.kernel.settings import ROOT
from tests.ports import own_port

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 120


def vipu(*words: str, code: int = 0) -> str:
    """What the command prints when it ends with the code."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "services.cli", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


@contextmanager
def running(data: Path, *words: str, demo: str = "--no-demo") -> Iterator[tuple[str, Path, int]]:
    """Vipu running on the data: its address, what it says on standard error, its process id."""
    port = own_port()
    log = data.with_suffix(".log")
    command = [sys.executable, "-m", "services.cli", "up", "--data", str(data), "--port", str(port)]
    with log.open("w") as errors:
        process = subprocess.Popen([*command, *words, *demo.split()], cwd=ROOT, stdout=errors, stderr=errors)  # noqa: S603
        try:
            until(lambda: "Ctrl-C stops everything" in log.read_text())
            yield f"http://127.0.0.1:{port}", log, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, log.read_text()


def until(happens) -> None:
    """Wait for it, with patience."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def status(address: str) -> int:
    """The status of an answer, 0 for none."""
    try:
        return httpx.get(address, timeout=5).status_code
    except httpx.HTTPError:
        return 0


@pytest.fixture
def data(shared_folder) -> Iterator[Path]:
    """A data folder of this test, below the one that the database's own user may enter."""
    folder = shared_folder / f"long-{os.getpid()}-{time.monotonic_ns()}"
    yield folder
    for left in shared_folder.glob(f"{folder.name}*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def test_a_stopped_service_costs_its_own_part_and_a_killed_one_comes_back(data):
    with running(data, "--split") as (address, log, _):
        pids = dict(re.findall(r"(\w+): process (\d+) at", log.read_text()))
        assert set(pids) == set(SERVICE_NAMES)
        os.kill(int(pids["feedback"]), signal.SIGTERM)
        until(lambda: "stays stopped" in log.read_text())
        refused = httpx.get(f"{address}/api/feedback/healthz")
        assert (refused.status_code, refused.json()["code"]) == (502, "service-not-reachable")
        assert status(f"{address}/api/events/v1/events") == 200
        os.kill(int(pids["events"]), signal.SIGKILL)
        until(lambda: status(f"{address}/api/events/v1/events") != 200)
        until(lambda: status(f"{address}/api/events/v1/events") == 200)
    for pid in pids.values():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_a_service_that_hangs_costs_its_callers_seconds_and_no_one_else_anything(data):
    with running(data, "--split") as (address, log, _):
        pid = int(dict(re.findall(r"(\w+): process (\d+) at", log.read_text()))["feedback"])
        os.kill(pid, signal.SIGSTOP)
        try:
            # The front waits for 4 s; the test also for the machine.
            refused = httpx.get(f"{address}/api/feedback/v1/surveys", timeout=8)
            assert (refused.status_code, refused.json()["code"]) == (504, "service-too-slow")
            assert refused.headers["retry-after"] == "2"
            states = httpx.get(f"{address}/readyz", timeout=8)
            assert (states.status_code, states.json()["services"]["feedback"]) == (503, "unreachable")
            assert status(f"{address}/api/events/v1/events") == 200
        finally:
            os.kill(pid, signal.SIGCONT)
        until(lambda: status(f"{address}/readyz") == 200)


def test_a_killed_database_is_started_again(data):
    with running(data) as (address, _, _pid):
        postmaster = next(data.glob("postgres-*/data/postmaster.pid"))
        os.kill(int(postmaster.read_text().split()[0]), signal.SIGKILL)
        until(lambda: status(f"{address}/readyz") != 200)
        until(lambda: status(f"{address}/readyz") == 200)


def test_a_backup_is_the_installation_in_one_closed_file(data, tmp_path):
    vipu("migrate", "--data", str(data))
    place = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"
    file = tmp_path / "vipu.tar"
    vipu("backup", str(file), "--data", str(data))
    assert file.stat().st_mode & 0o777 == 0o600
    copy = data.with_name(data.name + "-copy")
    vipu("restore", str(file), "--data", str(copy))
    assert [path.read_text() for path in sorted((copy / "secrets").iterdir())] == [
        path.read_text() for path in sorted((data / "secrets").iterdir())
    ]
    with running(copy) as (address, _, _pid):
        token = vipu("token", "--role", "coordinator", "--coordination", place, "--data", str(copy)).strip()
        found = httpx.get(f"{address}/api/registry/v1/organisations", headers={"Authorization": f"Bearer {token}"})
        assert found.status_code == 200
        codes = httpx.get(f"{address}/api/registry/v1/codes")
        assert codes.status_code == 200


def test_a_damaged_backup_costs_nothing_of_what_is_there(data, tmp_path):
    vipu("migrate", "--data", str(data))
    file, damaged = tmp_path / "vipu.tar", tmp_path / "damaged.tar"
    vipu("backup", str(file), "--data", str(data))
    with tarfile.open(file) as whole, tarfile.open(damaged, "w") as broken:
        for member in whole:
            content = whole.extractfile(member).read()
            member.size = len(content) // 2 if member.name == "vipu.dump" else len(content)
            broken.addfile(member, io.BytesIO(content))
    assert "is damaged: vipu.dump" in vipu("restore", str(damaged), "--data", str(data), "--replace", code=1)
    assert "say --replace" in vipu("restore", str(file), "--data", str(data), code=1)
    (data / "codes").write_text("of another database")
    vipu("restore", str(file), "--data", str(data), "--replace")
    assert (data / "codes").read_text() != "of another database"
    with running(data) as (address, _, _pid):
        assert httpx.get(f"{address}/api/registry/v1/codes").json()["items"]


def test_every_command_of_the_readme_does_what_it_says(data, tmp_path):
    commands = (ROOT / "README.md").read_text().partition("## First calls\n\n```\n")[2].partition("```")[0]
    with running(data, demo="") as (address, _, _pid):
        check_that_past_surveys_are_released(address, data)
        script = (
            commands.replace("http://127.0.0.1:8000", address)
            .replace("./vipu token", f"{sys.executable} -m services.cli token --data {data}")
            .replace("curl ", "curl -sS --fail-with-body -w '\\n' ")
        )
        done = subprocess.run(  # noqa: S603
            ["/bin/sh", "-ec", script], cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        listed, registered, summary, measures, rows, found, _file = map(as_json, done.stdout.split("\n")[:7])
        assert [len(listed["items"]), registered["state"], summary["partial"]] == [3, "confirmed", False]
        assert (len(measures["items"]), bool(rows["items"]), bool(found["items"])) == (46, True, True)
        assert (tmp_path / "hankkeet.xlsx").read_bytes().startswith(b"PK")
        mailbox = f"{address}/api/events/v1/mailbox"
        until(lambda: "testi@keksitty.example" in {one["to"] for one in httpx.get(mailbox).json()["items"]})


def check_that_past_surveys_are_released(address: str, data: Path) -> None:
    """The first start has released the surveys of the demonstration, before it says that it is ready."""
    token = vipu("token", "--role", "admin", "--data", str(data)).strip()
    with httpx.Client(base_url=f"{address}/api/feedback/v1", headers={"Authorization": f"Bearer {token}"}) as reader:
        ended = reader.get("/surveys", params={"state": "closed", "limit": 100}).json()["items"]
        assert len(ended) >= 15
        assert all(one["closes_at"] < datetime.now(UTC).isoformat() for one in ended)
        assert {reader.get(f"/surveys/{one['id']}/results").json()["state"] for one in ended} == {"released"}


def as_json(line: str) -> Any:
    """What a line says; nothing for one that a file took."""
    return json.loads(line) if line else None
