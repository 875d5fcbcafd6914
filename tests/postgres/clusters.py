"""Helpers of the tests of the embedded PostgreSQL: folders, other processes that use it, and queries."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from services.postgres import Cluster, postmaster
from services.postgres.binaries import find_binaries
from services.postgres.folder import Home, home_in

ROOT = Path(__file__).parents[2]
HERE = find_binaries(None).major

USER_OF_THE_CLUSTER = """
import sys
from pathlib import Path
from services.postgres import running_cluster
with running_cluster(Path(sys.argv[1]), durable=False) as cluster:
    print(int(cluster.adopted), cluster.port, flush=True)
    sys.stdin.readline()
"""


@contextmanager
def fresh_data_folder() -> Iterator[Path]:
    """Yield a folder that the server's account can reach; for root, it cannot reach pytest's temporary folders."""
    folder = Path(tempfile.mkdtemp(prefix="vipu-embedded-"))
    folder.chmod(0o755)
    yield folder
    stop_by_force(folder)
    shutil.rmtree(folder)


def home_of(folder: Path) -> Home:
    return home_in(folder, HERE)


def server_of(folder: Path) -> int:
    server = postmaster.running(home_of(folder))
    assert server is not None
    return server.pid


def stop_by_force(folder: Path) -> None:
    for pid in postmaster.processes_in(home_of(folder)):
        os.kill(pid, signal.SIGKILL)


def ask(cluster: Cluster, *statements: str) -> object:
    """Run statements as the superuser and return the last one's first value."""

    async def answers() -> object:
        connection = await asyncpg.connect(cluster.url())
        try:
            return [await connection.fetchval(statement) for statement in statements][-1]
        finally:
            await connection.close()

    return asyncio.run(answers())


class UserProcess:
    """Another process, which uses the cluster until `leave`."""

    def __init__(self, folder: Path) -> None:
        words = [sys.executable, "-c", USER_OF_THE_CLUSTER, str(folder)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)  # noqa: S603

    def ready(self) -> tuple[bool, int]:
        """Wait until it has the cluster; return whether it adopted it, and the port."""
        assert self.process.stdout is not None
        adopted, port = self.process.stdout.readline().split()
        return adopted == "1", int(port)

    def leave(self) -> None:
        self.process.communicate("\n", timeout=30)
        assert self.process.returncode == 0

    def die(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline, "It did not happen within ten seconds."
        time.sleep(0.005)
