"""Versions: a strong ETag on every single resource, If-Match on every change of one."""

import re
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from sqlalchemy import Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.web.errors import PreconditionRequired, VersionMismatch

# `W/` is what nginx makes of a strong tag when it compresses the answer. A version is the same, however packed.
_TAG = re.compile(r'(?:W/)?"v([0-9]{1,9})(?:-[0-9a-f]{16})?"')


class Versioned:
    """A row whose every change raises its version. The service raises it; nothing else does."""

    version: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))


def tag(version: int, *, beside: str = "") -> str:
    """Return the strong ETag of a version, and of what stands beside it in the answer."""
    return f'"v{version}-{sha256(beside.encode()).hexdigest()[:16]}"' if beside else f'"v{version}"'


def mark(response: Response, version: int, *, beside: str = "") -> None:
    """Set the answer's ETag. `beside` is what else the answer shows, that changes without raising the version."""
    response.headers["ETag"] = tag(version, beside=beside)


def is_known(request: Request, etag: str) -> bool:
    """Return whether the reader has it already."""
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return bool(known & {etag, "*"})


def if_match(
    value: Annotated[
        str | None, Header(alias="If-Match", max_length=200, description='The ETag last read, e.g. `"v3"`.')
    ] = None,
) -> int:
    """Return the version the caller last read. Raises: PreconditionRequired, VersionMismatch (not our tag)."""
    if value is None:
        raise PreconditionRequired
    found = _TAG.fullmatch(value.strip())
    if found is None:
        raise VersionMismatch
    return int(found[1])


# The version that the caller of a PUT, PATCH or DELETE has read.
ReadVersion = Annotated[int, Depends(if_match)]


def check_version(current: int, read: int) -> None:
    """Raises VersionMismatch unless the caller has read the current version."""
    if current != read:
        raise VersionMismatch
