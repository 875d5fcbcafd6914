"""One cluster for all processes of this machine: made once, started by the first, stopped by the last."""

import os
import secrets
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from . import postmaster
from .account import Account, account_for, check_way, start_as
from .binaries import Binaries, find_binaries, usable_by
from .errors import EmbeddedError
from .folder import Home, held, home_in, make_folder, opened_lock, share_lock, try_lock
from .making import SUPERUSER, make_home
from .postmaster import Postmaster

HOST = "127.0.0.1"
# Below the ports that Linux (32768) and macOS (49152) lend to outgoing connections, which would take it in our absence.
_PORTS = range(15432, 32000)
_ATTEMPTS = 5
# Given at every start, because this supervisor relies on them.
_STANDING_SETTINGS = {
    "listen_addresses": HOST,
    # A socket's path may be 107 bytes long; a data folder's may be longer.
    "unix_socket_directories": "",
    "logging_collector": "on",
    "log_directory": "log",
    # One file a weekday, overwritten a week later.
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running embedded PostgreSQL, and how its superuser reaches it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    adopted: bool
    data_folder: Path

    def url(self, database: str = "postgres", *, user: str | None = None, password: str | None = None) -> str:
        """Return the address of a database; without `user`, that of the superuser with the password."""
        secret = self.password if user is None else password
        who = quote(user or self.user, safe="") + ("" if secret is None else f":{quote(secret, safe='')}")
        return f"postgresql://{who}@{self.host}:{self.port}/{quote(database, safe='')}"


def _say_nothing(_sentence: str) -> None:
    """Be the listener of a caller who does not want to hear."""


@contextmanager
def running_cluster(
    data_folder: Path, *, bindir: Path | None = None, durable: bool = True, tell: Callable[[str], None] = _say_nothing
) -> Iterator[Cluster]:
    """Have the cluster of this folder running: made if need be, started or adopted; the last to leave stops it.

    A folder has one cluster, whoever asks: the threads of this process, other processes, a server that
    outlived its killed starter. `durable=False` is for tests: a power cut may cost everything.
    `tell` hears, in sentences, what takes more than a moment.
    Raises: EmbeddedError with a sentence for the person at the terminal.
    """
    found = find_binaries(bindir)
    # The server changes its working folder, so a relative path would mean something else to it.
    home = home_in(make_folder(data_folder.absolute(), mode=_passable()), found.major)
    owner = os.getpid()
    with opened_lock(home.lock("users")) as users:
        with held(home.lock("start"), tell=tell):
            server, adopted = _join(home, found, durable=durable, tell=tell)
            share_lock(users)
        try:
            yield Cluster(HOST, server.port, SUPERUSER, home.password.read_text().strip(), adopted, home.data_folder)
        finally:
            # A forked child that unwinds through here has nothing to leave: the lock is its parent's.
            if os.getpid() == owner:
                _leave(home, users, tell=tell)


def _passable() -> int:
    """Return 0755 for root, whose server's account must pass through to its own closed folder; else 0700."""
    return 0o755 if os.geteuid() == 0 else 0o700


def _leave(home: Home, users: int, *, tell: Callable[[str], None]) -> None:
    with held(home.lock("start"), tell=tell):
        # Nobody can join meanwhile, so whoever gets this lock alone is the last.
        if try_lock(users):
            postmaster.stop(home, tell=tell)


def _join(home: Home, found: Binaries, *, durable: bool, tell: Callable[[str], None]) -> tuple[Postmaster, bool]:
    """Return the ready server and whether it had been running; the start lock is held."""
    home.check_version()
    server = postmaster.wait_until_ready(home, tell=tell)
    if server is None:
        postmaster.clear_the_dead(home, tell=tell)
        server = postmaster.wait_until_ready(home, tell=tell)
    if server is not None:
        _check_durability(home, durable=durable)
        return server, True
    account = account_for(home.data)
    check_way(account, home.data_folder)
    usable = usable_by(account, found, shelf=home.programs)
    if not home.folder.exists():
        tell("Making the database; this is done once.")
        make_home(home, usable, account, durable=durable)
    return _start(home, usable, account, durable=durable, tell=tell), False


def _check_durability(home: Home, *, durable: bool) -> None:
    """Refuse to keep what must last in a server that somebody started for tests."""
    if durable and "fsync=off" in (home.data / "postmaster.opts").read_text():
        message = f"The database in {home.folder} runs without durability, for tests; use another data folder."
        raise EmbeddedError(message)


def _start(home: Home, found: Binaries, account: Account, *, durable: bool, tell: Callable[[str], None]) -> Postmaster:
    settings = _STANDING_SETTINGS | ({} if durable else _NOT_DURABLE)
    words = [
        found.program("postgres"),
        "-D",
        str(home.data),
        *(f"--{name}={value}" for name, value in settings.items()),
    ]
    for _ in range(_ATTEMPTS):
        postmaster.clear_the_dead(home, tell=tell)
        port = _choose_port(home)
        program = _launch(home, [*words, "-p", str(port)], account)
        with _ended_on_failure(program):
            server = postmaster.wait_until_ready(home, program=program, tell=tell)
        if server is not None:
            # Without somebody who waits for it, the server would end as a zombie while this process lives.
            threading.Thread(target=program.wait, name="embedded-postgres", daemon=True).start()
            return server
        # Worth another attempt: somebody took the port in between, or somebody killed the server.
        if _is_free(port) and program.returncode >= 0:
            break
    message = f"PostgreSQL did not start: {_last_words(home)}"
    raise EmbeddedError(message)


def _launch(home: Home, words: list[str], account: Account) -> subprocess.Popen[bytes]:
    """Start the server, giving it the lock that tells other processes, even in other containers, that it lives."""
    with opened_lock(home.lock("server")) as alive, home.start_log.open("wb") as log:
        try_lock(alive)
        return start_as(account, words, folder=home.folder, output=log.fileno(), keep=[alive])


@contextmanager
def _ended_on_failure(program: subprocess.Popen[bytes]) -> Iterator[None]:
    """Do not leave a server behind that nobody waited for, as when Ctrl-C is pressed during the start."""
    try:
        yield
    except BaseException:
        program.send_signal(signal.SIGINT)
        program.wait()
        raise


def _choose_port(home: Home) -> int:
    """Return the last port when it is still free, else another free one, and note it for the next time."""
    try:
        port = int(home.port.read_text())
    except (FileNotFoundError, ValueError):
        port = secrets.choice(_PORTS)
    while not _is_free(port):
        port = secrets.choice(_PORTS)
    home.port.write_text(f"{port}\n")
    return port


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        # As the server does; else connections that ended a moment ago would count as an occupant.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True


def _last_words(home: Home) -> str:
    """Return what the server said last, first of all why it ended."""
    logs = sorted((home.data / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)
    lines = [line for log in (*logs[-1:], home.start_log) for line in log.read_text(errors="replace").splitlines()]
    reasons = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return " ".join((reasons or lines or ["it said nothing."])[-1:])
