"""The running server: seen, waited for, and stopped."""

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
_ORPHANS_ASKED_AFTER_SECONDS = 2.0
_FAST_STOP_SECONDS = 60.0
_READY_SECONDS = 600
_SILENCE_SECONDS = 3.0
_PROC = Path("/proc")
# Lines of postmaster.pid, as PostgreSQL's pidfile.h numbers them (from one).
_LINE_PID, _LINE_PORT, _LINE_STATUS = 1, 4, 8


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A live server as its postmaster.pid describes it."""

    pid: int
    port: int
    status: str


def living(home: Home) -> Postmaster | None:
    """Return the server that lives in this home now, whoever started it; None when there is none."""
    try:
        lines = (home.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[_LINE_PID - 1])
        port = int(lines[_LINE_PORT - 1]) if len(lines) >= _LINE_PORT else 0
    except (FileNotFoundError, ValueError, IndexError):
        # A file that is half written belongs to a server that is not yet worth knowing.
        return None
    status = lines[_LINE_STATUS - 1].strip() if len(lines) >= _LINE_STATUS else "starting"
    return Postmaster(pid, port, status) if _lives_in(pid, home) else None


def _lives_in(pid: int, home: Home) -> bool:
    """Tell whether this process is a server of this home, and not a stranger that got an old number."""
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
        # A zombie has no working folder. A system without /proc has no answer but the lock.
        return not _PROC.joinpath("self").exists() and is_held(home.lock("server"))


def _name_of(pid: int) -> str:
    """Return the program's name, or nothing for a process that has ended or is a zombie."""
    try:
        name, _, rest = (_PROC / str(pid) / "stat").read_text().partition("(")[2].rpartition(")")
    except OSError:
        return ""
    return "" if rest.split()[0] == "Z" else name


def wait_until_ready(
    home: Home, *, program: subprocess.Popen[bytes] | None = None, tell: Callable[[str], None]
) -> Postmaster | None:
    """Return the server once it takes connections; None when there is none, or none any more.

    `program` is a server just started, which needs a moment until it is seen to live.
    Raises: EmbeddedError when it is still not ready after ten minutes, as in a very long recovery.
    """
    began_at = time.monotonic()
    told = False
    while (server := living(home)) is not None or (program is not None and program.poll() is None):
        if server is not None and server.status == "ready":
            return server
        waited = time.monotonic() - began_at
        if waited > _READY_SECONDS:
            message = f"The database in {home.folder} is not ready after {_READY_SECONDS} seconds."
            raise EmbeddedError(message)
        if waited > _SILENCE_SECONDS and not told:
            tell("Waiting for the database, which is recovering from an abrupt end or is stopping.")
            told = True
        time.sleep(_POLL_SECONDS)
    return None


def inhabitants(home: Home) -> list[int]:
    """Return the processes whose working folder is the data directory, as far as this process may see."""
    data = home.data.resolve()
    found = []
    for entry in _PROC.glob("[0-9]*"):
        try:
            if entry.joinpath("cwd").readlink() == data:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def clear_the_dead(home: Home, *, tell: Callable[[str], None]) -> None:
    """Wait until nothing of a dead server is left, then remove its postmaster.pid.

    PostgreSQL itself takes a zombie, or a stranger with the old number, for its living predecessor.
    Returns at once when a server lives after all: one whose starter was killed a moment ago.
    Requires: the start lock is held.
    Raises: EmbeddedError when a server lives where this process cannot see it, or when orphans do not leave.
    """
    began_at = time.monotonic()
    asked = False
    while living(home) is None and (is_held(home.lock("server")) or _orphans(home)):
        waited = time.monotonic() - began_at
        if waited > _ORPHANS_SECONDS:
            message = (
                f"The database in {home.folder} is in use by a server that cannot be reached from here; "
                "perhaps another container has it, or a process of an earlier server does not end."
            )
            raise EmbeddedError(message)
        if waited > _ORPHANS_ASKED_AFTER_SECONDS and not asked:
            tell("Ending what an earlier database server left behind.")
            asked = True
            for pid in _orphans(home):
                _send(pid, signal.SIGQUIT)
        time.sleep(_POLL_SECONDS)
    if living(home) is None and not inhabitants(home):
        (home.data / "postmaster.pid").unlink(missing_ok=True)


def _orphans(home: Home) -> list[int]:
    """Return what a dead server left running; a person's shell may stand in the folder too and is none of ours."""
    return [pid for pid in inhabitants(home) if _name_of(pid) == "postgres"]


def stop(home: Home, *, tell: Callable[[str], None]) -> None:
    """Stop the server fast: sessions are cut, nothing committed is lost; SIGQUIT follows when it takes too long.

    Requires: the start lock is held.
    """
    server = living(home)
    if server is None:
        return
    for how in (signal.SIGINT, signal.SIGQUIT):
        _send(server.pid, how)
        if _gone(home, server.pid, within_seconds=_FAST_STOP_SECONDS):
            return
    tell(f"The database server (process {server.pid}) does not stop.")


def _gone(home: Home, pid: int, *, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        # The log's writer outlives the server by a moment, and the caller may be about to remove the folder.
        if not _lives_in(pid, home) and not is_held(home.lock("server")):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _send(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return
