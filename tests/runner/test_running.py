"""`vipu up` as a person runs it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from services.kernel.settings import ROOT
from tests.ports import own_port


def start(data: Path, port: int) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    words = [sys.executable, "-m", "services.cli", "up", "--no-demo", "--data", str(data), "--port", str(port)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What it prints, up to the line with the words."""
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(said + process.stderr.read())


def test_up_serves_says_so_and_stops_in_order(shared_folder):
    # Below the folder that the database's own user may enter.
    data = shared_folder / f"up-{os.getpid()}"
    port = own_port()
    process = start(data, port)
    try:
        said = read_until(process, "Ctrl-C stops everything")
        address = f"http://127.0.0.1:{port}"
        token = re.search(r"Bearer (\S+?)'", said)[1]
        assert httpx.get(f"{address}/readyz").status_code == 200
        listed = httpx.get(f"{address}/api/dashboard/v1/coordinations", headers={"Authorization": f"Bearer {token}"})
        assert listed.status_code == 200

        with start(data, port) as second:
            assert second.wait(20) == 1
            assert f"running already on this data, at {address}" in second.stderr.read()
    finally:
        process.send_signal(signal.SIGINT)
    with process:
        assert process.wait(15) == 0
        assert "Stopped." in process.stderr.read()
    assert not list(data.glob("postgres-*/data/postmaster.pid"))
    shutil.rmtree(data)
