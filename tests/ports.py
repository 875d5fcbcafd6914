"""Ports for the servers that tests start."""

import os

from services.runner.serving import free_port

_FIRST = 8700
_PER_WORKER = 200


def own_port() -> int:
    """A free port of a range that belongs to this test process, so that two processes never take the same one."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return free_port("127.0.0.1", after=_FIRST + _PER_WORKER * worker)
