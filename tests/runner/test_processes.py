"""`vipu serve` as an operator runs it: what hinders it is one sentence, however many processes there are to be."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from services.kernel.settings import ROOT
from tests.ports import own_port
from tests.runner.test_running_long import status, until

pytestmark = pytest.mark.slow

# The very file that people and containers run: each process that shares the port reads it first.
LAUNCHER = str(Path(sys.executable).with_name("vipu"))
# No server listens on port 1.
LACKING = {"VIPU_EVENTS_DATABASE_URL": "postgresql://vipu_events:x@127.0.0.1:1/vipu", "VIPU_ENVIRONMENT": "development"}


def serve(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603
        [LAUNCHER, "serve", *words],
        cwd=ROOT,
        env={**os.environ, **LACKING},
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> list[str]:
    with process:
        assert process.wait(30) == 1
        return process.stderr.read().splitlines()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_hinders_the_start_is_one_sentence(workers):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        [sentence] = said(serve("site", "--port", port, "--workers", workers))
        assert sentence == f"vipu: 127.0.0.1:{port} cannot be had: Address already in use. Say another one with --port."
    [sentence] = said(serve("events", "--port", port, "--workers", workers))
    assert sentence.startswith("vipu: The database cannot be used: ")


def test_several_processes_share_a_port_and_end_together():
    port = own_port()
    process = serve("site", "--port", str(port), "--workers", "2")
    try:
        until(lambda: status(f"http://127.0.0.1:{port}/healthz") == 200)
        assert httpx.get(f"http://127.0.0.1:{port}/manage").headers["content-language"] == "fi"
    finally:
        process.send_signal(signal.SIGTERM)
    with process:
        assert process.wait(20) in {0, -signal.SIGTERM}
    assert status(f"http://127.0.0.1:{port}/healthz") == 0


def test_the_launcher_of_the_image_is_the_launcher_of_a_checkout():
    made = re.search(r"printf '([^']*)' > /opt/venv/bin/vipu", (ROOT / "Dockerfile").read_text())[1]
    lines = made.replace("\\n", "\n").splitlines()
    assert lines[1:] == Path(LAUNCHER).read_text().splitlines()[1:]
    assert 'if __name__ == "__main__":' in lines
