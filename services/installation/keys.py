"""The secrets of an installation: made once, each in a file that only its owner may read."""

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.installation.errors import CannotRun
from services.kernel.security.tokens import Issuer, new_signing_key

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of an installation. `made`: at least one of them did not exist before."""

    signing_key: str = field(repr=False)
    cursor_key: str = field(repr=False)
    passwords: Mapping[str, str] = field(repr=False)
    made: bool


def keys_in(folder: Path, services: Sequence[str]) -> Keys:
    """Return the secrets of an installation of these services, and make those that are missing.

    Two processes at the same time get the same secrets.

    Raises: CannotRun when the folder cannot be written or read.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = {path.name for path in folder.iterdir()}
        passwords = {service: _kept(folder / f"{service}-password", _new_secret) for service in services}
        keys = Keys(
            signing_key=_kept(signing_key_file(folder), new_signing_key),
            cursor_key=_kept(folder / "cursor-key", _new_secret),
            passwords=passwords,
            made=before != {path.name for path in folder.iterdir()},
        )
    except OSError as error:
        message = f"The secrets in {folder} cannot be used: {error.strerror}."
        raise CannotRun(message) from error
    return keys


def keys_from(contents: Mapping[str, bytes], services: Sequence[str]) -> Keys:
    """Return the secrets of files with these contents, by name. Raises: ValueError when one is missing or no secret."""
    texts = {name: content.decode().strip() for name, content in contents.items()}
    try:
        passwords = {service: texts[f"{service}-password"] for service in services}
        keys = Keys(texts[signing_key_file(Path()).name], texts["cursor-key"], passwords, made=False)
    except KeyError as error:
        raise ValueError(f"{error.args[0]} is missing") from error
    if not all([keys.cursor_key, *passwords.values()]):
        raise ValueError("a secret is empty")
    try:
        Issuer(keys.signing_key, issuer="").mint("check", [])
    except Exception as error:  # The library raises many kinds.
        raise ValueError("the signing key cannot sign") from error
    return keys


def signing_key_file(folder: Path) -> Path:
    """Return the file of the key that signs tokens."""
    return folder / "signing-key.json"


def _new_secret() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _kept(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        write_secret(path, make())
    return path.read_text().strip()


def write_secret(path: Path, secret: str) -> None:
    """Write the secret unless the file exists; it appears complete and with mode 0600."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
    # A link, unlike a renaming, does not replace a file that another process has made in the meantime.
    with suppress(FileExistsError):
        path.hardlink_to(new)
    new.unlink()
