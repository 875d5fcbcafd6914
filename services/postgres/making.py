"""The making of a cluster: it is made in a temporary folder and renamed, so that no process sees an unfinished one."""

import os
import secrets
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from .account import Account, run_as
from .binaries import Binaries
from .errors import EmbeddedError
from .folder import Home

SUPERUSER = "postgres"
_BUILTIN_LOCALE_SINCE = 17
_PATIENCE_SECONDS = 5.0
_POLL_SECONDS = 0.02

# Written into postgresql.conf once; an operator may change them there or by ALTER SYSTEM.
_INITIAL_SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    # All queries of Vipu are short, and compiling them takes longer than it saves.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


def make_home(home: Home, binaries: Binaries, account: Account, *, durable: bool) -> None:
    """Make the cluster with a new password; on a failure `home.folder` stays as it was.

    Raises: EmbeddedError when initdb fails.
    Requires: the start lock is held.
    """
    for leftover in home.data_folder.glob(f"{home.folder.name}.new-*"):
        _remove(leftover)
    new_home = replace(home, folder=Path(tempfile.mkdtemp(prefix=f"{home.folder.name}.new-", dir=home.data_folder)))
    try:
        if account.is_other:
            # The account must reach its own folder inside; the folder that mkdtemp makes is closed to it.
            new_home.folder.chmod(0o755)
        _initialise(new_home, binaries, account, durable=durable)
        new_home.folder.rename(home.folder)
    finally:
        shutil.rmtree(new_home.folder, ignore_errors=True)


def _remove(leftover: Path) -> None:
    """Remove the folder of a killed start. Its initdb may still write there, and ends when the folder is gone."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while leftover.exists() and time.monotonic() < deadline:
        shutil.rmtree(leftover, ignore_errors=True)
        time.sleep(_POLL_SECONDS)


def _initialise(home: Home, binaries: Binaries, account: Account, *, durable: bool) -> None:
    home.data.mkdir(mode=0o700)
    _write_password(home.password)
    # The account owns the password file for a while, because initdb reads it as that user.
    for path in (home.data, home.password):
        os.chown(path, account.uid, account.gid if account.is_other else -1)
    words = [binaries.program("initdb"), "-D", str(home.data), "-U", SUPERUSER, "--pwfile", str(home.password)]
    words += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
    words += [f"--set={name}={value}" for name, value in _INITIAL_SETTINGS.items()]
    words += [] if durable else ["--no-sync"]
    for locale in _locales(binaries.major):
        code, output = run_as(account, [*words, *locale], folder=home.folder)
        if code == 0:
            os.chown(home.password, os.geteuid(), -1)
            return
    message = f"The database could not be made: {' '.join(output.split()[-60:])}"
    raise EmbeddedError(message)


def _locales(major: int) -> list[list[str]]:
    """Return the locales to try, the best first. Both sort by code point and exist on every system.

    The character type matters too: with plain C, pg_trgm reads the ö of `pöytä` as a space.
    """
    common = ["--locale=C"]
    if major >= _BUILTIN_LOCALE_SINCE:
        common += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [[*common, "--lc-ctype=C.UTF-8"], common]


def _write_password(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w") as file:  # noqa: PTH123  Only open() takes the descriptor with its mode.
        file.write(secrets.token_urlsafe(24) + "\n")
        file.flush()
        # If a power cut destroyed the file, no user could log in to a cluster that survived.
        os.fsync(descriptor)
