"""How a cluster comes into being: beside its place, then renamed, so that it is never seen half made."""

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

# Written into postgresql.conf once, so that an operator may change them there or by ALTER SYSTEM.
_INITIAL_SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    # Short queries, of which this product has nothing but, lose more by compiling than they win.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


def make_home(home: Home, found: Binaries, account: Account, *, durable: bool) -> None:
    """Make the cluster with a new password; afterwards `home.folder` is complete, or as it was.

    Requires: the start lock is held.
    Raises: EmbeddedError when initdb fails.
    """
    for left in home.data_folder.glob(f"{home.folder.name}.new-*"):
        _clear(left)
    made = replace(home, folder=Path(tempfile.mkdtemp(prefix=f"{home.folder.name}.new-", dir=home.data_folder)))
    try:
        if account.is_other:
            # The account passes through to its own closed folder; mkdtemp lets nobody pass.
            made.folder.chmod(0o755)
        _initialise(made, found, account, durable=durable)
        made.folder.rename(home.folder)
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)


def _clear(left: Path) -> None:
    """Remove what a killed start left. Its initdb may still be writing there and goes when it has no ground left."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while left.exists() and time.monotonic() < deadline:
        shutil.rmtree(left, ignore_errors=True)
        time.sleep(_POLL_SECONDS)


def _initialise(home: Home, found: Binaries, account: Account, *, durable: bool) -> None:
    home.data.mkdir(mode=0o700)
    _write_password(home.password)
    # The password file is lent to the account, because initdb reads it as that user.
    for path in (home.data, home.password):
        os.chown(path, account.uid, account.gid if account.is_other else -1)
    words = [found.program("initdb"), "-D", str(home.data), "-U", SUPERUSER, "--pwfile", str(home.password)]
    words += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
    words += [f"--set={name}={value}" for name, value in _INITIAL_SETTINGS.items()]
    words += [] if durable else ["--no-sync"]
    for locale in _locales(found.major):
        code, said = run_as(account, [*words, *locale], folder=home.folder)
        if code == 0:
            os.chown(home.password, os.geteuid(), -1)
            return
    message = f"The database could not be made: {' '.join(said.split()[-60:])}"
    raise EmbeddedError(message)


def _locales(major: int) -> list[list[str]]:
    """Return the locales to try, best first; both sort by code point and neither needs what a system may lack.

    The character type matters beside the provider: with plain C, pg_trgm takes the ö of `pöytä` for a space.
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
        # Lost in a power cut, it would lock everybody out of a cluster that survived.
        os.fsync(descriptor)
