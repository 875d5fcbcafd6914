"""The cluster that all processes of this machine share: the first one starts it, the last one stops it."""

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
from .account import Account, account_for, check_access, start_as
from .binaries import Binaries, find_binaries, usable_by
from .errors import EmbeddedError
from .folder import Home, held, home_in, make_folder, opened_lock, share_lock, try_lock
from .making import SUPERUSER, make_home
from .postmaster import Postmaster

HOST = "127.0.0.1"
# Below the ports that Linux (from 32768) and macOS (from 49152) use for outgoing connections. One of those could be in
# use by a connection at the next start.
_PORTS = range(15432, 32000)
_ATTEMPTS = 5
# Set at every start, because the supervisor relies on them.
_STANDING_SETTINGS = {
    "listen_addresses": HOST,
    # The path of a socket may have 107 bytes; that of a data folder may be longer.
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
    """A running embedded PostgreSQL, with the address and the password of its superuser."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    adopted: bool
    data_folder: Path

    def url(self, database: str = "postgres", *, user: str | None = None, password: str | None = None) -> str:
        """Return the address of a database for the user, or for the superuser with its password."""
        secret = self.password if user is None else password
        login = quote(user or self.user, safe="") + ("" if secret is None else f":{quote(secret, safe='')}")
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(database, safe='')}"


def _say_nothing(_sentence: str) -> None:
    """Ignore the sentence: the default of `tell`."""


@contextmanager
def running_cluster(
    data_folder: Path, *, bindir: Path | None = None, durable: bool = True, tell: Callable[[str], None] = _say_nothing
) -> Iterator[Cluster]:
    """Run the cluster of the data folder, which is made, started or adopted; the last process to leave stops it.

    The threads of this process and all other processes share the folder's one cluster, as does a server whose
    starter was killed. `durable=False` is for tests: a power cut may destroy all data. `tell` is called with a
    sentence for each step that takes long.
    Raises: EmbeddedError with a sentence for the person at the terminal.
    """
    binaries = find_binaries(bindir)
    # The server changes its working folder, so a relative path would have another meaning for it.
    home = home_in(make_folder(data_folder.absolute(), mode=_folder_mode()), binaries.major)
    owner = os.getpid()
    with opened_lock(home.lock("users")) as users:
        with held(home.lock("start"), tell=tell):
            server, adopted = _join(home, binaries, durable=durable, tell=tell)
            share_lock(users)
        try:
            yield Cluster(HOST, server.port, SUPERUSER, home.password.read_text().strip(), adopted, home.data_folder)
        finally:
            # A forked child that ends here must not release the lock, which belongs to its parent.
            if os.getpid() == owner:
                _leave(home, users, tell=tell)


def _folder_mode() -> int:
    """Return 0755 for root, because the account of its server must reach a folder inside; else 0700."""
    return 0o755 if os.geteuid() == 0 else 0o700


def _leave(home: Home, users: int, *, tell: Callable[[str], None]) -> None:
    with held(home.lock("start"), tell=tell):
        # No process can join while the start lock is held, so the one that gets the users' lock alone is the last.
        if try_lock(users):
            postmaster.stop(home, tell=tell)


def _join(home: Home, binaries: Binaries, *, durable: bool, tell: Callable[[str], None]) -> tuple[Postmaster, bool]:
    """Adopt or start the server. Returns it and whether it was adopted. Requires: the start lock is held."""
    home.check_version()
    server = postmaster.wait_until_ready(home, tell=tell)
    if server is None:
        postmaster.clear_dead_server(home, tell=tell)
        server = postmaster.wait_until_ready(home, tell=tell)
    if server is not None:
        _check_durability(home, durable=durable)
        return server, True
    account = account_for(home.data)
    check_access(account, home.data_folder)
    usable = usable_by(account, binaries, copies=home.programs)
    if not home.folder.exists():
        tell("Making the database; this is done once.")
        make_home(home, usable, account, durable=durable)
    return _start(home, usable, account, durable=durable, tell=tell), False


def _check_durability(home: Home, *, durable: bool) -> None:
    """Refuse a durable database in a server that was started for tests. Raises EmbeddedError."""
    if durable and "fsync=off" in (home.data / "postmaster.opts").read_text():
        message = f"The database in {home.folder} runs without durability, for tests; use another data folder."
        raise EmbeddedError(message)


def _start(
    home: Home, binaries: Binaries, account: Account, *, durable: bool, tell: Callable[[str], None]
) -> Postmaster:
    settings = _STANDING_SETTINGS | ({} if durable else _NOT_DURABLE)
    words = [
        binaries.program("postgres"),
        "-D",
        str(home.data),
        *(f"--{name}={value}" for name, value in settings.items()),
    ]
    for _ in range(_ATTEMPTS):
        postmaster.clear_dead_server(home, tell=tell)
        port = _choose_port(home)
        program = _launch(home, [*words, "-p", str(port)], account)
        with _ended_on_failure(program):
            server = postmaster.wait_until_ready(home, program=program, tell=tell)
        if server is not None:
            # Without a thread that waits for it, the ended server would be a zombie as long as this process lives.
            threading.Thread(target=program.wait, name="embedded-postgres", daemon=True).start()
            return server
        # Another attempt may succeed where another program took the port meanwhile, or the server was killed.
        if _is_free(port) and program.returncode >= 0:
            break
    message = f"PostgreSQL did not start: {_last_words(home)}"
    raise EmbeddedError(message)


def _launch(home: Home, words: list[str], account: Account) -> subprocess.Popen[bytes]:
    """Start the server with a held lock, which shows all processes, also in other containers, that it runs."""
    with opened_lock(home.lock("server")) as server_lock, home.start_log.open("wb") as log:
        try_lock(server_lock)
        return start_as(account, words, folder=home.folder, output=log.fileno(), keep=[server_lock])


@contextmanager
def _ended_on_failure(program: subprocess.Popen[bytes]) -> Iterator[None]:
    """Stop the server when the start is interrupted, e.g. by Ctrl-C."""
    try:
        yield
    except BaseException:
        program.send_signal(signal.SIGINT)
        program.wait()
        raise


def _choose_port(home: Home) -> int:
    """Return the last port where it is still free, else another free one, and store it for the next start."""
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
        # The server sets this option too. Without it, recently closed connections would block the port.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True


def _last_words(home: Home) -> str:
    """Return the last line of the server's log, preferably one with the reason of its end."""
    logs = sorted((home.data / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)
    lines = [line for log in (*logs[-1:], home.start_log) for line in log.read_text(errors="replace").splitlines()]
    reasons = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return " ".join((reasons or lines or ["its log is empty."])[-1:])
