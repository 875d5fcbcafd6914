"""The folder of private keys: one file a key, which its owner alone reads.

Destroying a key is to unlink its file and to sync the folder. File systems that copy on write, and disks, may keep the
bytes longer: no more is promised.
"""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from .terms import KeyId

_SUFFIX: Final = ".key"
_MARKER: Final = "folder-id"
_DESTROYED: Final = "destroyed"
# Beside a key that the database does not know: since when.
_UNKNOWN: Final = ".unknown"
_OWNER_ONLY: Final = 0o600


class KeyFolder:
    """The private keys of all unreleased surveys. Its methods block: call them in a thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def is_there(self) -> bool:
        """Return whether the folder exists."""
        return self.path.is_dir()

    def marker(self) -> UUID | None:
        """Return the id of the folder, or None where it has none."""
        try:
            return UUID((self.path / _MARKER).read_text(encoding="ascii").strip())
        except FileNotFoundError:
            return None

    def mark(self) -> UUID:
        """Give the folder a random id unless it has one. Returns its id: two workers at once get the same."""
        marker = uuid4()
        unfinished = self.path / f"{marker}.unfinished"
        _write_private(unfinished, f"{marker}\n".encode("ascii"), flags=os.O_EXCL)
        # A link, unlike a renaming, does not replace a file that another worker has made in the meantime.
        with suppress(FileExistsError):
            (self.path / _MARKER).hardlink_to(unfinished)
        unfinished.unlink()
        self._sync()
        return self.marker() or marker

    def key_ids(self) -> set[KeyId]:
        """Return the ids of the keys in the folder."""
        return {KeyId(UUID(path.stem)) for path in self.path.glob(f"*{_SUFFIX}")}

    def read(self, key_id: KeyId) -> bytes | None:
        """Return a private key, or None where it is not in the folder."""
        try:
            return self._file_of(key_id).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, key_id: KeyId, private: bytes) -> None:
        """Store a private key; it is on the disk when this returns."""
        self._write(self._file_of(key_id).name, private)

    def destroy(self, key_id: KeyId) -> None:
        """Delete a private key for good and remember its id, so that no backup brings it back."""
        if key_id not in self.destroyed():
            _write_private(self.path / _DESTROYED, f"{key_id}\n".encode("ascii"), flags=os.O_APPEND)
        self._file_of(key_id).unlink(missing_ok=True)
        self.mark_known(key_id)

    def mark_unknown(self, key_id: KeyId, *, since: datetime) -> None:
        """Remember since when the database has not known a key."""
        self._write(f"{key_id}{_UNKNOWN}", f"{since.isoformat()}\n".encode("ascii"))

    def mark_known(self, key_id: KeyId) -> None:
        """Forget that the database did not know a key."""
        (self.path / f"{key_id}{_UNKNOWN}").unlink(missing_ok=True)
        self._sync()

    def unknown_since(self) -> dict[KeyId, datetime]:
        """Return the keys that the database does not know, each with the instant since when."""
        marks = self.path.glob(f"*{_UNKNOWN}")
        return {
            KeyId(UUID(mark.stem)): datetime.fromisoformat(mark.read_text(encoding="ascii").strip()) for mark in marks
        }

    def destroyed(self) -> set[KeyId]:
        """Return the ids of the keys that were destroyed."""
        try:
            lines = (self.path / _DESTROYED).read_text(encoding="ascii").split()
        except FileNotFoundError:
            return set()
        return {KeyId(UUID(line)) for line in lines}

    def _file_of(self, key_id: KeyId) -> Path:
        return self.path / f"{key_id}{_SUFFIX}"

    def _write(self, name: str, content: bytes) -> None:
        """Write a file that is whole or is not there."""
        unfinished = self.path / f"{name}.unfinished"
        _write_private(unfinished, content, flags=os.O_TRUNC)
        unfinished.rename(self.path / name)
        self._sync()

    def _sync(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_private(path: Path, content: bytes, *, flags: int) -> None:
    """Write to a file that its owner alone reads; the content is on the disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, _OWNER_ONLY)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
