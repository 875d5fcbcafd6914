"""The data folder of the embedded database: its files and its locks.

A data folder holds `postgres-18/` (the cluster's home: `data/`, `password`, `port`, `start.log`), `programs/`
(copies, only when needed) and three lock files beside the home, because the home is renamed into its place.
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
    """The home of the cluster of one major version inside a data folder."""

    data_folder: Path
    major: int
    folder: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory, which only the server's account may read."""
        return self.folder / "data"

    @property
    def password(self) -> Path:
        """The superuser's password, which only the user who made the cluster may read."""
        return self.folder / "password"

    @property
    def port(self) -> Path:
        """The last used port, which is used again so that stored addresses stay valid."""
        return self.folder / "port"

    @property
    def start_log(self) -> Path:
        """The output of the server until it opened its own rotated log in `data/log`."""
        return self.folder / "start.log"

    @property
    def programs(self) -> Path:
        """Copies of the programs, for a server's account that cannot read those of the environment."""
        return self.data_folder / "programs"

    def lock(self, name: str) -> Path:
        """Return the path of one of the lock files."""
        return self.data_folder / f"postgres-{self.major}.{name}.lock"

    def check_version(self) -> None:
        """Refuse the data of another major version, which these programs cannot read.

        Raises: EmbeddedError, also where the folder holds only a cluster of another version: a new, empty one beside
        it would look as if all data were lost.
        """
        if self.folder.exists():
            _check_pg_version(self)
            return
        names = (version.parents[1].name for version in self.data_folder.glob("postgres-*/data/PG_VERSION"))
        # There may also be a part of a cluster, `postgres-18.new-…`, from a start that was killed.
        others = [name for name in names if name.removeprefix("postgres-").isdecimal()]
        if others:
            message = (
                f"{self.data_folder} holds {', '.join(sorted(others))}, "
                f"but the programs here are PostgreSQL {self.major}. "
                "Name the folder of the fitting programs in VIPU_PG_BINDIR, or dump the database with them, "
                "move the old folder away and restore."
            )
            raise EmbeddedError(message)


def home_in(data_folder: Path, major: int) -> Home:
    """Return the home of this major version's cluster; the name of its folder has the version."""
    return Home(data_folder, major, data_folder / f"postgres-{major}")


def _check_pg_version(home: Home) -> None:
    version = home.data / "PG_VERSION"
    if not version.exists():
        message = f"{home.folder} holds no database: {version} is missing. Move the folder away to begin anew."
        raise EmbeddedError(message)
    data_major = version.read_text().strip()
    if data_major != str(home.major):
        message = (
            f"The database in {home.folder} is of PostgreSQL {data_major}, but the programs here are "
            f"PostgreSQL {home.major}. Name the folder of the fitting programs in VIPU_PG_BINDIR."
        )
        raise EmbeddedError(message)


def default_data_folder() -> Path:
    """Return the data folder of a caller that names none: `/var/lib/vipu` for root, else a folder of the user."""
    if os.geteuid() == 0:
        return Path("/var/lib/vipu")
    if sys.platform == "darwin":
        # platformdirs would follow the XDG variables on a Mac too.
        return Path.home() / "Library" / "Application Support" / "vipu"
    return user_data_path("vipu", appauthor=False)


def make_folder(folder: Path, *, mode: int) -> Path:
    """Make a folder and its missing parents with exactly this mode; an existing folder is not changed.

    Raises: EmbeddedError when it cannot be made.
    """
    missing = [step for step in (folder, *folder.parents) if not step.exists()]
    try:
        for step in reversed(missing):
            step.mkdir(exist_ok=True)
            # The umask has removed bits from the mode of mkdir.
            step.chmod(mode)
    except OSError as error:
        message = f"The folder {folder} cannot be made: {error.strerror}."
        raise EmbeddedError(message) from error
    return folder


@contextmanager
def held(path: Path, *, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the exclusive lock of a file, after waiting for its holder; a crash of the holder releases it.

    Raises: EmbeddedError when another holder keeps it for five minutes.
    """
    with opened_lock(path) as descriptor:
        _wait_for(descriptor, path, tell)
        yield


@contextmanager
def opened_lock(path: Path) -> Iterator[int]:
    """Open a lock file, which is made on first use. The lock belongs to the descriptor and ends with it.

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
    """Hold the shared lock until the descriptor is closed."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def try_lock(descriptor: int) -> bool:
    """Take the exclusive lock without waiting. Returns False where another descriptor holds the lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Say whether the lock is held now."""
    with opened_lock(path) as descriptor:
        return not try_lock(descriptor)


def _wait_for(descriptor: int, path: Path, tell: Callable[[str], None]) -> None:
    began_at = time.monotonic()
    is_reported = False
    while not try_lock(descriptor):
        waited = time.monotonic() - began_at
        if waited > _PATIENCE_SECONDS:
            message = f"Another process has been starting or stopping the database for minutes; it holds {path}."
            raise EmbeddedError(message)
        if waited > _SILENCE_SECONDS and not is_reported:
            tell("Waiting for another process that is starting or stopping the database.")
            is_reported = True
        time.sleep(_POLL_SECONDS)
