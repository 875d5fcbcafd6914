"""The running server: it is found, waited for, and stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import EmbeddedError
from .folder import Home, is_held

_POLL_SECONDS = 0.01
_ORPHANS_SECONDS = 10.0
_ORPHANS_SIGNAL_AFTER_SECONDS = 2.0
_FAST_STOP_SECONDS = 60.0
_READY_SECONDS = 600
_SILENCE_SECONDS = 3.0
_PROC = Path("/proc")
# Lines of postmaster.pid, as PostgreSQL's pidfile.h numbers them (from one).
_LINE_PID, _LINE_PORT, _LINE_STATUS = 1, 4, 8


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server, as its postmaster.pid describes it."""

    pid: int
    port: int
    status: str


def running(home: Home) -> Postmaster | None:
    """Return the server that runs in this home, whichever process started it, or None."""
    try:
        lines = (home.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[_LINE_PID - 1])
        port = int(lines[_LINE_PORT - 1]) if len(lines) >= _LINE_PORT else 0
    except (FileNotFoundError, ValueError, IndexError):
        # A server that has not written the whole file has only just begun to start.
        return None
    status = lines[_LINE_STATUS - 1].strip() if len(lines) >= _LINE_STATUS else "starting"
    return Postmaster(pid, port, status) if _runs_in(pid, home) else None


def _runs_in(pid: int, home: Home) -> bool:
    """Say whether the process is a server of this home, and not another process with a reused number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return (_PROC / str(pid) / "cwd").readlink() == home.data.resolve()
    except PermissionError:
        # Root without CAP_SYS_PTRACE, as in most containers, may not look at another user's process.
        return _name_of(pid) == "postgres" and is_held(home.lock("server"))
    except OSError:
        # A zombie has no working folder. On a system without /proc, only the lock shows whether the server runs.
        return not _PROC.joinpath("self").exists() and is_held(home.lock("server"))


def _name_of(pid: int) -> str:
    """Return the name of the program, which is empty for a process that has ended or is a zombie."""
    try:
        name, _, rest = (_PROC / str(pid) / "stat").read_text().partition("(")[2].rpartition(")")
    except OSError:
        return ""
    return "" if rest.split()[0] == "Z" else name


def wait_until_ready(
    home: Home, *, program: subprocess.Popen[bytes] | None = None, tell: Callable[[str], None]
) -> Postmaster | None:
    """Wait until the server accepts connections. Returns None where no server runs or it has ended.

    `program` is a server that was just started and has not written its postmaster.pid yet.
    Raises: EmbeddedError when the server is not ready after ten minutes, e.g. in a very long recovery.
    """
    began_at = time.monotonic()
    is_reported = False
    while (server := running(home)) is not None or (program is not None and program.poll() is None):
        if server is not None and server.status == "ready":
            return server
        waited = time.monotonic() - began_at
        if waited > _READY_SECONDS:
            message = f"The database in {home.folder} is not ready after {_READY_SECONDS} seconds."
            raise EmbeddedError(message)
        if waited > _SILENCE_SECONDS and not is_reported:
            tell("Waiting for the database, which is recovering from an abrupt end or is stopping.")
            is_reported = True
        time.sleep(_POLL_SECONDS)
    return None


def processes_in(home: Home) -> list[int]:
    """Return the processes whose working folder is the data directory, as far as this process may see them."""
    data = home.data.resolve()
    pids = []
    for entry in _PROC.glob("[0-9]*"):
        try:
            if entry.joinpath("cwd").readlink() == data:
                pids.append(int(entry.name))
        except OSError:
            continue
    return pids


def clear_dead_server(home: Home, *, tell: Callable[[str], None]) -> None:
    """Wait until all processes of a dead server have ended, then remove its postmaster.pid.

    PostgreSQL itself would regard a zombie, or another process with the old number, as a running server.
    The function returns at once where a server runs after all, e.g. one whose starter was just killed.
    Raises: EmbeddedError when a server runs where this process cannot see it, or when orphans do not end.
    Requires: the start lock is held.
    """
    began_at = time.monotonic()
    is_signalled = False
    while running(home) is None and (is_held(home.lock("server")) or _orphans(home)):
        waited = time.monotonic() - began_at
        if waited > _ORPHANS_SECONDS:
            message = (
                f"The database in {home.folder} is in use by a server that cannot be reached from here; "
                "perhaps another container has it, or a process of an earlier server does not end."
            )
            raise EmbeddedError(message)
        if waited > _ORPHANS_SIGNAL_AFTER_SECONDS and not is_signalled:
            tell("Ending the processes of an earlier database server.")
            is_signalled = True
            for pid in _orphans(home):
                _send(pid, signal.SIGQUIT)
        time.sleep(_POLL_SECONDS)
    if running(home) is None and not processes_in(home):
        (home.data / "postmaster.pid").unlink(missing_ok=True)


def _orphans(home: Home) -> list[int]:
    """Return the processes of a dead server; other programs in the folder, such as a shell, are not among them."""
    return [pid for pid in processes_in(home) if _name_of(pid) == "postgres"]


def stop(home: Home, *, tell: Callable[[str], None]) -> None:
    """Stop the server fast: open sessions end and no committed data is lost. SIGQUIT follows when it takes too long.

    Requires: the start lock is held.
    """
    server = running(home)
    if server is None:
        return
    for signal_number in (signal.SIGINT, signal.SIGQUIT):
        _send(server.pid, signal_number)
        if _has_ended(home, server.pid, within_seconds=_FAST_STOP_SECONDS):
            return
    tell(f"The database server (process {server.pid}) does not stop.")


def _has_ended(home: Home, pid: int, *, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        # The log's writer ends a little later than the server, and the caller may be about to remove the folder.
        if not _runs_in(pid, home) and not is_held(home.lock("server")):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _send(pid: int, signal_number: signal.Signals) -> None:
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return
