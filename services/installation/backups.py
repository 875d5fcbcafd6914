"""Backups: the database and the secrets of an installation in one file, and its restoration."""

import asyncio
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.services import STORING_SERVICES
from services.feedback.keys.errors import KeyDoesNotFit
from services.feedback.results.restoring import KeyCopy
from services.installation import schemas
from services.installation.errors import CannotRun
from services.installation.installation import DATABASE, Installation, Tell, opened
from services.installation.keys import Keys, keys_from
from services.installation.survey_keys import (
    feedback_database,
    finish_keys,
    in_words,
    read_copy,
    restore_keys,
    write_copy,
)
from services.kernel.data import bootstrap
from services.postgres import Cluster, bindir_for_tools

_FORMAT: Final = 1
_MANIFEST: Final = "vipu-backup.json"
_DUMP: Final = "vipu.dump"
_SECRETS: Final = "secrets"
# The database that a backup is restored into, before it replaces the present one.
_RESTORING: Final = "vipu_restoring"
# The present database, from the exchange until it is removed.
_REPLACED: Final = "vipu_replaced"


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
    """Bring the installation to the state of the backup, or leave it as it is.

    Everything is checked and made ready beside the former data, which the last step replaces. Unreleased surveys whose
    private keys are neither in the installation nor in the file `survey_keys` are closed without their answers.
    Requires: Vipu does not run.

    Raises: CannotRun when the file is no whole backup, when the installation has data that is not to be replaced, or
    when the disk is full.
    """
    if not file.exists():
        message = f"There is no file {file}."
        raise CannotRun(message)
    key_copy = None if survey_keys is None else read_copy(survey_keys)
    with _work_folder(installation.folder / "restore") as folder:
        contents = _unpacked(file, folder)
        keys = _checked_keys(file, contents)
        with opened(installation, tell=tell) as cluster, installation.alone():
            if schemas.exists(cluster) and not replacing:
                message = f"{installation.folder} has data already; say --replace to remove them for the backup."
                raise CannotRun(message)
            with _second_database(cluster):
                tell("Restoring the database.")
                lost = _make_ready(installation, cluster, folder / _DUMP, key_copy, tell=tell)
                new_secrets = _write_secrets(folder / _SECRETS, contents)
                _replace(installation, cluster, keys.passwords, new_secrets)
            schemas.drop(cluster, _REPLACED)
            asyncio.run(_finish_keys(installation, cluster, key_copy))
            tell(in_words(lost))
    tell("Restored.")


@contextmanager
def _second_database(cluster: Cluster) -> Iterator[None]:
    """Remove the database that is restored into, unless it has become that of the installation. Raises: CannotRun."""
    schemas.drop(cluster, _RESTORING)
    schemas.drop(cluster, _REPLACED)
    try:
        yield
    except (asyncpg.PostgresError, SQLAlchemyError, ConnectionError) as error:
        message = f"The backup cannot be restored: {error}"
        raise CannotRun(message) from error
    finally:
        # Where the server cannot even do this, the next restore does.
        with suppress(OSError, asyncpg.PostgresError):
            schemas.drop(cluster, _RESTORING)


def _make_ready(
    installation: Installation, cluster: Cluster, dump: Path, key_copy: KeyCopy | None, *, tell: Tell
) -> int:
    """Make a second database of the dump as this version of Vipu needs it.

    Returns: the number of surveys that were closed without their answers. Raises: CannotRun.
    """
    asyncio.run(bootstrap.make_database(cluster.url(), _RESTORING))
    # The roles must exist before the tables that they own.
    asyncio.run(bootstrap.make_schemas(cluster.url(_RESTORING), installation.keys.passwords))
    _run(cluster, "pg_restore", "--clean", "--if-exists", "--single-transaction", str(dump), database=_RESTORING)
    schemas.finish(cluster, _RESTORING, installation.keys, place="the backup", anew="without it", tell=tell)
    try:
        return asyncio.run(_restore_keys(installation, cluster, key_copy))
    except KeyDoesNotFit as failure:
        raise CannotRun(str(failure)) from failure


async def _restore_keys(installation: Installation, cluster: Cluster, key_copy: KeyCopy | None) -> int:
    async with feedback_database(installation, cluster, name=_RESTORING) as database:
        return await restore_keys(database, installation.survey_keys, key_copy)


async def _finish_keys(installation: Installation, cluster: Cluster, key_copy: KeyCopy | None) -> None:
    async with feedback_database(installation, cluster) as database:
        await finish_keys(database, installation.survey_keys, key_copy)


def _replace(installation: Installation, cluster: Cluster, passwords: Mapping[str, str], new_secrets: Path) -> None:
    """Put database and secrets in the place of the former ones: both or neither."""
    former_passwords = installation.keys.passwords
    schemas.exchange(cluster, new=_RESTORING, former=_REPLACED, passwords=passwords)
    try:
        installation.demo_marker.write_text("loaded")
        _exchange_folders(new_secrets, installation.secrets)
    except BaseException:
        schemas.exchange(cluster, new=_REPLACED, former=_RESTORING, passwords=former_passwords)
        raise
    schemas.remember_codes(installation)


def _exchange_folders(new: Path, old: Path) -> None:
    """Give the folder `new` the name of `old`, which gets a name in its place."""
    former = new.with_name("former-secrets")
    old.rename(former)
    try:
        new.rename(old)
    except BaseException:
        former.rename(old)
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
    secrets = {
        f"{_SECRETS}/{secret.name}": secret.read_bytes()
        for secret in sorted(installation.secrets.iterdir())
        if not secret.name.startswith(".")
    }
    with dump.open("rb") as dumped:
        digests = {_DUMP: hashlib.file_digest(dumped, "sha256").hexdigest()}
    digests |= {name: hashlib.sha256(content).hexdigest() for name, content in secrets.items()}
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        manifest = {
            "format": _FORMAT,
            "address": installation.address,
            "made_at": datetime.now(UTC).isoformat(),
            "sha256": digests,
        }
        _add(tar, _MANIFEST, json.dumps(manifest).encode())
        for name, content in secrets.items():
            _add(tar, name, content)
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
    """Put the dump into the folder, after checking every part of the backup.

    Returns: the secrets, by file name. Raises: CannotRun when it is no backup of Vipu, or is damaged.
    """
    try:
        with tarfile.open(file) as tar:
            manifest = json.loads(_read(tar, _MANIFEST))
            if manifest["format"] != _FORMAT:
                raise CannotRun(_no_backup(file))
            digests: dict[str, str] = manifest["sha256"]
            with (folder / _DUMP).open("xb") as dump:
                shutil.copyfileobj(_member(tar, _DUMP), dump)
            with (folder / _DUMP).open("rb") as dump:
                found = {_DUMP: hashlib.file_digest(dump, "sha256").hexdigest()}
            secrets = {name: _read(tar, name) for name in digests if name != _DUMP}
            found |= {name: hashlib.sha256(content).hexdigest() for name, content in secrets.items()}
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError, zlib.error) as error:
        raise CannotRun(_no_backup(file)) from error
    if damaged := sorted(name for name, digest in found.items() if digest != digests.get(name)):
        message = f"{file} is damaged: {', '.join(damaged)}. Nothing was changed."
        raise CannotRun(message)
    return {Path(name).name: content for name, content in secrets.items()}


def _no_backup(file: Path) -> str:
    return (
        f"{file} is not a backup that this version of Vipu can read, or a part of it is missing. Nothing was changed."
    )


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    with _member(tar, name) as member:
        return member.read()


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """Return the content of a part. Raises: KeyError."""
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member


def _checked_keys(file: Path, contents: Mapping[str, bytes]) -> Keys:
    try:
        return keys_from(contents, STORING_SERVICES)
    except ValueError as error:
        message = f"The secrets in {file} cannot be used: {error}. Nothing was changed."
        raise CannotRun(message) from error


def _write_secrets(folder: Path, contents: Mapping[str, bytes]) -> Path:
    """Write the secrets into a new folder that only its owner may read; they are on the disk when this returns."""
    folder.mkdir(mode=0o700)
    for name, content in contents.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    return folder


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
