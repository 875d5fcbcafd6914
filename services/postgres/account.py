"""As whom the server runs, and how a program is run as that account."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import EmbeddedError

# The caller's environment (PGDATA, LD_PRELOAD, LC_ALL …) must not change what the server does.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system's user that owns the data and runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether the server runs as somebody else than this process does."""
        return self.uid != os.geteuid()


def check_way(account: Account, folder: Path) -> None:
    """Refuse a folder which the account cannot reach; opening the folders above it is not ours to do.

    Raises: EmbeddedError naming the first closed one.
    """
    if not account.is_other:
        return
    for step in (*reversed(folder.parents), folder):
        found = step.stat()
        shift = 6 if found.st_uid == account.uid else 3 if found.st_gid == account.gid else 0
        if not (found.st_mode >> shift) & 1:
            message = (
                f"The database runs as the user {account.name}, who may not enter {step}. "
                "Choose a data folder elsewhere, or let that user pass (chmod o+x)."
            )
            raise EmbeddedError(message)


def myself() -> Account:
    """Return the account this process runs as."""
    return _account_of(os.geteuid())


def account_for(data: Path) -> Account:
    """Choose who runs the server: the owner of existing data, else ourselves, else (for root) a weaker user.

    PostgreSQL refuses to run as root. Existing data decides, because a `postgres` user that another package
    added later could not read what `nobody` wrote.
    Raises: EmbeddedError when the data belongs to somebody this process cannot become.
    """
    if data.exists():
        return _owner_of(data)
    if os.geteuid() != 0:
        return myself()
    for name in ("postgres", "nobody"):
        try:
            return _account_of(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    message = "PostgreSQL does not run as root, and this system has neither a user `postgres` nor `nobody`."
    raise EmbeddedError(message)


def _owner_of(data: Path) -> Account:
    owner = _account_of(data.stat().st_uid)
    if os.geteuid() not in {0, owner.uid}:
        message = f"The database in {data} belongs to the user {owner.name}; run this as that user or as root."
        raise EmbeddedError(message)
    if owner.uid == 0:
        message = f"The database in {data} belongs to root, and PostgreSQL does not run as root."
        raise EmbeddedError(message)
    return owner


def _account_of(uid: int) -> Account:
    try:
        found = pwd.getpwuid(uid)
    except KeyError:
        # Containers are often started with a number that has no name.
        return Account(str(uid), uid, os.getegid())
    return Account(found.pw_name, uid, found.pw_gid)


def start_as(
    account: Account, words: Sequence[str], *, folder: Path, output: int, keep: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a program as `account` in its own session, so the terminal's Ctrl-C does not reach it.

    Its output goes to the descriptor `output`; it inherits the descriptors `keep` and no others.
    Raises: EmbeddedError when the system does not let this process become that account or run the program.
    """
    try:
        return subprocess.Popen(  # noqa: S603  The words are ours; no shell reads them.
            list(words),
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=keep,
            start_new_session=True,
            umask=0o077,
            user=account.uid if account.is_other else None,
            group=account.gid if account.is_other else None,
            extra_groups=[] if account.is_other else None,
        )
    except (OSError, subprocess.SubprocessError) as error:
        message = f"{words[0]} cannot be run as the user {account.name}: {error}."
        raise EmbeddedError(message) from error


def run_as(account: Account, words: Sequence[str], *, folder: Path) -> tuple[int, str]:
    """Run a program to its end as `account` and return its exit code with all it said.

    Raises: EmbeddedError when it cannot be started at all.
    """
    program = start_as(account, words, folder=folder, output=subprocess.PIPE)
    with program:
        try:
            said, _ = program.communicate()
        except BaseException:
            # In its own session it would outlive a Ctrl-C and write into a folder that is being removed.
            program.kill()
            raise
    return program.returncode, said.decode(errors="replace")
