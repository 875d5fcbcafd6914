"""The operating system's account that runs the server, and the start of programs as that account."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import EmbeddedError

# The caller's environment (PGDATA, LD_PRELOAD, LC_ALL …) must not change the behaviour of the server.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


@dataclass(frozen=True, slots=True)
class Account:
    """The user of the operating system that owns the data and runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether the account is not that of this process."""
        return self.uid != os.geteuid()


def check_access(account: Account, folder: Path) -> None:
    """Check that the account can reach the folder. The permissions of its parents are not changed.

    Raises: EmbeddedError naming the first closed folder.
    """
    if not account.is_other:
        return
    for step in (*reversed(folder.parents), folder):
        status = step.stat()
        shift = 6 if status.st_uid == account.uid else 3 if status.st_gid == account.gid else 0
        if not (status.st_mode >> shift) & 1:
            message = (
                f"The database runs as the user {account.name}, who may not enter {step}. "
                "Choose a data folder elsewhere, or let that user pass (chmod o+x)."
            )
            raise EmbeddedError(message)


def own_account() -> Account:
    """Return the account of this process."""
    return _account_of(os.geteuid())


def account_for(data: Path) -> Account:
    """Choose the account of the server: the owner of existing data, else the account of this process.

    PostgreSQL refuses to run as root; then a user with fewer rights is chosen. Existing data decides first, because
    a user `postgres`, which another package may add later, cannot read the files of the user `nobody`.
    Raises: EmbeddedError when the data belongs to a user that this process cannot become.
    """
    if data.exists():
        return _owner_of(data)
    if os.geteuid() != 0:
        return own_account()
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
        user = pwd.getpwuid(uid)
    except KeyError:
        # Containers are often started with a number that has no name.
        return Account(str(uid), uid, os.getegid())
    return Account(user.pw_name, uid, user.pw_gid)


def start_as(
    account: Account, words: Sequence[str], *, folder: Path, output: int, keep: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a program as `account` in a session of its own, so that Ctrl-C in the terminal does not end it.

    Its output goes to the descriptor `output`; it inherits only the descriptors in `keep`.
    Raises: EmbeddedError when this process may not become the account or run the program.
    """
    try:
        return subprocess.Popen(  # noqa: S603  The callers make the words, and no shell reads them.
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
    """Run a program to its end as `account`. Returns its exit code and its output.

    Raises: EmbeddedError when it cannot be started.
    """
    program = start_as(account, words, folder=folder, output=subprocess.PIPE)
    with program:
        try:
            output, _ = program.communicate()
        except BaseException:
            # In its own session it would survive Ctrl-C and write into a folder that is being removed.
            program.kill()
            raise
    return program.returncode, output.decode(errors="replace")
