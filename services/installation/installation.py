"""An installation: one data folder with its database cluster, its secrets and the last address it was served at."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.contracts.services import STORING_SERVICES
from services.installation.errors import CannotRun
from services.installation.keys import Keys, keys_in, signing_key_file
from services.kernel.data.bootstrap import role_of
from services.postgres import Cluster, default_data_folder, running_cluster

DATABASE = "vipu"
DEFAULT_ADDRESS = "http://127.0.0.1:8000"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Installation:
    """The data folder of one installation, and the files in it."""

    folder: Path

    @property
    def secrets(self) -> Path:
        """The folder of the secrets."""
        return self.folder / "secrets"

    @property
    def keys(self) -> Keys:
        """The secrets, made on first use. Raises CannotRun."""
        return keys_in(self.secrets, STORING_SERVICES)

    @property
    def survey_keys(self) -> Path:
        """The folder of the private keys of surveys, made on first use. It is in no backup of the installation."""
        folder = self.folder / "survey-keys"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def forget_survey_keys(self) -> None:
        """Remove the private keys of surveys. Requires: the database that has their surveys is dropped."""
        shutil.rmtree(self.survey_keys)

    @property
    def address(self) -> str:
        """The last public address it was served at: tokens name it as their issuer."""
        file = self.folder / "address"
        return file.read_text().strip() if file.exists() else DEFAULT_ADDRESS

    def remember_address(self, address: str) -> None:
        """Note, for the other commands, the address at which this installation is served."""
        new = self.folder / f".address.{os.getpid()}"
        new.write_text(address + "\n")
        new.replace(self.folder / "address")

    @property
    def demo_marker(self) -> Path:
        """The file that says how far the demo data has come: `loading`, `loaded` or `unwanted`."""
        return self.folder / "demo"

    def require(self) -> None:
        """Raise CannotRun unless there is an installation: a mistyped folder must not become one."""
        if not os.path.exists(signing_key_file(self.secrets)):  # noqa: PTH110  False, and no error, for a folder of another user.
            message = (
                f"There is no installation in {self.folder} that you may use; is --data right? `vipu up` makes one."
            )
            raise CannotRun(message)

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Let this process alone make or change the database and the secrets. Raises CannotRun while another one does.

        Without it, a second start during a first one would take the unfinished database for one of a start that was
        killed, and drop it.
        """
        refusal = f"Another start of Vipu is preparing {self.folder} now. Let it finish, or stop it first."
        with self._lock("preparing.lock", refusal=refusal):
            yield

    @contextmanager
    def served(self) -> Iterator[None]:
        """Mark this process as one that serves the installation, until the end of the block or of the process."""
        with (self.folder / "serving.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the installation while no process serves it. Raises CannotRun while one does."""
        refusal = f"Vipu is running on {self.folder} at {self.address}. Stop it first (Ctrl-C where it runs)."
        with self._lock("serving.lock", refusal=refusal):
            yield

    @contextmanager
    def _lock(self, name: str, *, refusal: str) -> Iterator[None]:
        with (self.folder / name).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CannotRun(refusal) from error
            yield

    def is_served(self) -> bool:
        """Return whether a running Vipu serves this installation now."""
        if not (self.folder / "serving.lock").exists():
            return False
        try:
            with self.alone():
                return False
        except CannotRun:
            return True


def installation_in(folder: Path | None) -> Installation:
    """Return the installation of the folder, by default the user's (for root the system's)."""
    return Installation((folder or default_data_folder()).expanduser().resolve())


@contextmanager
def opened(installation: Installation, *, tell: Tell) -> Iterator[Cluster]:
    """Keep the database server of the installation running. Raises EmbeddedError."""
    with running_cluster(installation.folder, tell=tell) as cluster:
        yield cluster


def database_url(cluster: Cluster, keys: Keys, service: str, *, name: str | None = None) -> str:
    """Return the address at which the service reaches its schema, as its own role, in the database of that name.

    Without a name it is the database of the installation.
    """
    return cluster.url(name or DATABASE, user=role_of(service), password=keys.passwords[service])
