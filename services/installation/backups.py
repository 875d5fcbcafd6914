"""Backups: the database and the secrets of an installation in one file, and its restoration."""

import asyncio
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from services.feedback.results.restoring import KeyCopy
from services.installation import schemas
from services.installation.errors import CannotRun
from services.installation.installation import DATABASE, Installation, Tell, opened
from services.installation.survey_keys import feedback_database, in_words, read_copy, restore_keys, write_copy
from services.kernel.data import bootstrap
from services.postgres import Cluster, bindir_for_tools

_FORMAT: Final = 1
_MANIFEST: Final = "vipu-backup.json"
_DUMP: Final = "vipu.dump"
_SECRETS: Final = "secrets"
# The database that a backup is restored into, before it replaces the present one.
_RESTORING: Final = "vipu_restoring"


def back_up(installation: Installation, file: Path | None, *, survey_keys: Path | None, tell: Tell) -> None:
    """Write database and secrets into `file`, and the private keys of surveys into the file `survey_keys`.

    Vipu may be running. The keys are written last: a survey that is released meanwhile has none in its copy.
    Raises: CannotRun, EmbeddedError.
    """
    if file is None and survey_keys is None:
        raise CannotRun("Name the file to write.")
    installation.require()
    if file is not None:
        _back_up_database(installation, file.absolute(), tell=tell)
    if survey_keys is not None:
        write_copy(installation.survey_keys, survey_keys.absolute(), tell=tell)


def _back_up_database(installation: Installation, file: Path, *, tell: Tell) -> None:
    """Write database and secrets, as of one instant, into a file that only its owner may read."""
    if file.exists():
        message = f"{file} exists already; a backup is never written over another."
        raise CannotRun(message)
    with opened(installation, tell=tell) as cluster, _work_folder(file) as folder:
        if not schemas.exists(cluster):
            message = f"There is nothing to back up in {installation.folder}."
            raise CannotRun(message)
        dump = folder / _DUMP
        tell("Dumping the database.")
        _run(cluster, "pg_dump", "--format=custom", f"--file={dump}")
        _pack(installation, dump, folder / "backup.tar")
        (folder / "backup.tar").replace(file)
    tell(f"Written: {file} ({file.stat().st_size / 1_000_000:.1f} MB). It contains the secrets too; keep it safe.")


def restore(installation: Installation, file: Path, *, survey_keys: Path | None, replacing: bool, tell: Tell) -> None:
    """Bring the installation to the state of the backup.

    The former data are removed only when the whole backup is in the database. Unreleased surveys whose private keys are
    neither in the installation nor in the file `survey_keys` are closed without their answers.
    Requires: Vipu does not run.

    Raises: CannotRun when the file is no backup, or when the installation has data that is not to be replaced.
    """
    if not file.exists():
        message = f"There is no file {file}."
        raise CannotRun(message)
    key_copy = None if survey_keys is None else read_copy(survey_keys)
    with _work_folder(installation.folder / "restore") as folder:
        secrets = _unpacked(file, folder)
        with opened(installation, tell=tell) as cluster, installation.alone():
            if schemas.exists(cluster) and not replacing:
                message = f"{installation.folder} has data already; say --replace to remove them for the backup."
                raise CannotRun(message)
            tell("Restoring the database.")
            _restore_into_second_database(installation, cluster, folder / _DUMP)
            schemas.replace_by(cluster, _RESTORING)
            _replace_secrets(installation, secrets)
            asyncio.run(bootstrap.make_schemas(cluster.url(DATABASE), installation.keys.passwords))
            schemas.forget_codes(installation)
            schemas.bring_up_to_date(installation, cluster, installation.keys, tell=tell)
            _restore_keys(installation, cluster, key_copy, tell=tell)
            installation.demo_marker.write_text("loaded")
    tell("Restored.")


def _restore_keys(installation: Installation, cluster: Cluster, key_copy: KeyCopy | None, *, tell: Tell) -> None:
    async def restore_into_folder() -> int:
        async with feedback_database(installation, cluster) as database:
            return await restore_keys(database, installation.survey_keys, key_copy)

    tell(in_words(asyncio.run(restore_into_folder())))


def _restore_into_second_database(installation: Installation, cluster: Cluster, dump: Path) -> None:
    """Make a second database of the dump, and remove it when that fails. Raises CannotRun."""
    schemas.drop(cluster, _RESTORING)
    asyncio.run(bootstrap.make_database(cluster.url(), _RESTORING))
    try:
        # The roles must exist before the tables that they own.
        asyncio.run(bootstrap.make_schemas(cluster.url(_RESTORING), installation.keys.passwords))
        restoring = ("--clean", "--if-exists", "--single-transaction", str(dump))
        _run(cluster, "pg_restore", *restoring, database=_RESTORING)
        schemas.require_known(cluster, _RESTORING, place="the backup", anew="without it")
    except CannotRun:
        schemas.drop(cluster, _RESTORING)
        raise


@contextmanager
def _work_folder(file: Path) -> Iterator[Path]:
    """Yield a private folder on the same file system, so that the finished file is only renamed."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".vipu-") as folder:
            yield Path(folder)
    except OSError as error:
        message = f"{file.parent} cannot be written: {error.strerror}."
        raise CannotRun(message) from error


def _pack(installation: Installation, dump: Path, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        manifest = {"format": _FORMAT, "address": installation.address, "made_at": datetime.now(UTC).isoformat()}
        _add(tar, _MANIFEST, json.dumps(manifest).encode())
        for secret in sorted(installation.secrets.iterdir()):
            if not secret.name.startswith("."):
                _add(tar, f"{_SECRETS}/{secret.name}", secret.read_bytes())
        tar.add(dump, _DUMP, filter=_without_owner)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = _without_owner(tarfile.TarInfo(name))
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Remove the owner of the file from the member, and let its reader alone read it."""
    member.mode, member.uid, member.gid, member.uname, member.gname = 0o600, 0, 0, "", ""
    return member


def _unpacked(file: Path, folder: Path) -> dict[str, bytes]:
    """Put the dump into the folder.

    Returns: the secrets, by file name. Raises: CannotRun when it is no backup of Vipu.
    """
    try:
        with tarfile.open(file) as tar:
            names = tar.getnames()
            if _MANIFEST not in names or json.loads(_read(tar, _MANIFEST))["format"] != _FORMAT:
                raise CannotRun(_no_backup(file))
            (folder / _DUMP).write_bytes(_read(tar, _DUMP))
            secrets = [name for name in names if name.startswith(f"{_SECRETS}/")]
            return {Path(name).name: _read(tar, name) for name in secrets}
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise CannotRun(_no_backup(file)) from error


def _no_backup(file: Path) -> str:
    return f"{file} is not a backup that this version of Vipu can read."


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    with member:
        return member.read()


def _replace_secrets(installation: Installation, secrets: dict[str, bytes]) -> None:
    installation.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in secrets.items():
        path = installation.secrets / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)


def _run(cluster: Cluster, program: str, *words: str, database: str = DATABASE) -> None:
    """Run one of PostgreSQL's programs on a database. Raises CannotRun with the end of its messages."""
    path = bindir_for_tools() / program
    if not path.exists():
        message = f"{path.parent} has no {program}; name a folder with all of PostgreSQL's programs in VIPU_PG_BINDIR."
        raise CannotRun(message)
    command = [
        str(path),
        *words,
        "--no-password",
        f"--dbname={cluster.url(database, password='')}",
    ]
    process = subprocess.run(  # noqa: S603  All words come from this module; no shell reads them.
        command, env={**os.environ, "PGPASSWORD": cluster.password}, capture_output=True, text=True, check=False
    )
    if process.returncode != 0:
        message = f"{program} failed: {process.stderr.strip()[-500:]}"
        raise CannotRun(message)
