"""The folder of the embedded database: what lies where in it, and its locks.

A data folder holds `postgres-18/` (the cluster's home: `data/`, `password`, `port`, `start.log`), `programs/`
(copies, only when needed) and three lock files beside the home, because the home is renamed into place.
"""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from .errors import EmbeddedError

_PATIENCE_SECONDS = 300
_SILENCE_SECONDS = 1.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Home:
    """Where the cluster of one major version lives inside a data folder."""

    data_folder: Path
    major: int
    folder: Path

    @property
    def data(self) -> Path:
        """The data directory in PostgreSQL's own sense; only the server's account may read it."""
        return self.folder / "data"

    @property
    def password(self) -> Path:
        """The superuser's password, readable by whoever made the cluster and by nobody else."""
        return self.folder / "password"

    @property
    def port(self) -> Path:
        """The port last used, so that addresses written down elsewhere stay true."""
        return self.folder / "port"

    @property
    def start_log(self) -> Path:
        """What the server said until its own rotated log, in `data/log`, began."""
        return self.folder / "start.log"

    @property
    def programs(self) -> Path:
        """Copies of the programs, when the environment's own are closed to the server's account."""
        return self.data_folder / "programs"

    def lock(self, name: str) -> Path:
        """Return the path of one of the lock files."""
        return self.data_folder / f"postgres-{self.major}.{name}.lock"

    def check_version(self) -> None:
        """Refuse data of another major version, which these programs could not read.

        Raises: EmbeddedError, also when only a cluster of another version is here: an empty new one beside
        it would look as if everything had been lost.
        """
        if self.folder.exists():
            _check_pg_version(self)
            return
        found = (version.parents[1].name for version in self.data_folder.glob("postgres-*/data/PG_VERSION"))
        # Besides clusters there may be half of one, `postgres-18.new-…`, from a start that was killed.
        others = [name for name in found if name.removeprefix("postgres-").isdecimal()]
        if others:
            names = ", ".join(sorted(others))
            message = (
                f"{self.data_folder} holds {names}, but the programs here are PostgreSQL {self.major}. "
                "Name the folder of the fitting programs in VIPU_PG_BINDIR, or dump the database with them, "
                "move the old folder away and restore."
            )
            raise EmbeddedError(message)


def home_in(data_folder: Path, major: int) -> Home:
    """Return the place for the cluster of this major version; its folder's name carries the version."""
    return Home(data_folder, major, data_folder / f"postgres-{major}")


def _check_pg_version(home: Home) -> None:
    version = home.data / "PG_VERSION"
    if not version.exists():
        message = f"{home.folder} holds no database: {version} is missing. Move the folder away to begin anew."
        raise EmbeddedError(message)
    found = version.read_text().strip()
    if found != str(home.major):
        message = (
            f"The database in {home.folder} is of PostgreSQL {found}, but the programs here are "
            f"PostgreSQL {home.major}. Name the folder of the fitting programs in VIPU_PG_BINDIR."
        )
        raise EmbeddedError(message)


def default_data_folder() -> Path:
    """Return where the data lies unless a caller names a folder: the system's place for root, else the user's."""
    if os.geteuid() == 0:
        return Path("/var/lib/vipu")
    if sys.platform == "darwin":
        # Not by platformdirs, which on a Mac too would follow the XDG variables.
        return Path.home() / "Library" / "Application Support" / "vipu"
    return user_data_path("vipu", appauthor=False)


def make_folder(folder: Path, *, mode: int) -> Path:
    """Make a folder and its missing parents with exactly this mode; one that exists is left as it is.

    Raises: EmbeddedError when it cannot be made.
    """
    missing = [step for step in (folder, *folder.parents) if not step.exists()]
    try:
        for step in reversed(missing):
            step.mkdir(exist_ok=True)
            # The umask has taken its share of mkdir's mode.
            step.chmod(mode)
    except OSError as error:
        message = f"The folder {folder} cannot be made: {error.strerror}."
        raise EmbeddedError(message) from error
    return folder


@contextmanager
def held(path: Path, *, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold a file's lock alone, waiting for whoever has it; a crash of the holder frees it.

    Raises: EmbeddedError when the holder keeps it for five minutes.
    """
    with opened_lock(path) as descriptor:
        _wait_for(descriptor, path, tell)
        yield


@contextmanager
def opened_lock(path: Path) -> Iterator[int]:
    """Open a lock file, made on first use; the descriptor carries the lock and gives it up at the end.

    Raises: EmbeddedError when this user may not open it.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"{path} cannot be opened: {error.strerror}."
        raise EmbeddedError(message) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def share_lock(descriptor: int) -> None:
    """Hold the lock together with others who share it, until the descriptor is closed."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def try_lock(descriptor: int) -> bool:
    """Take the lock alone if that needs no waiting; anybody's hold through another descriptor refuses it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Tell whether anybody holds this lock now."""
    with opened_lock(path) as descriptor:
        return not try_lock(descriptor)


def _wait_for(descriptor: int, path: Path, tell: Callable[[str], None]) -> None:
    began_at = time.monotonic()
    told = False
    while not try_lock(descriptor):
        waited = time.monotonic() - began_at
        if waited > _PATIENCE_SECONDS:
            message = f"Another process has been starting or stopping the database for minutes; it holds {path}."
            raise EmbeddedError(message)
        if waited > _SILENCE_SECONDS and not told:
            tell("Waiting for another process that is starting or stopping the database.")
            told = True
        time.sleep(_POLL_SECONDS)
