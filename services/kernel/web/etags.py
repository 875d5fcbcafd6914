"""Versions: every single resource has a strong ETag, and every change of one needs If-Match."""

import re
from hashlib import sha256
from typing import Annotated, Final

from fastapi import Depends, Header, Request, Response
from sqlalchemy import Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.web.errors import PreconditionRequired, VersionMismatch

# The tags that `tag` makes, as the documents state them. When nginx compresses an answer, it makes its strong tag a
# weak one (`W/`). The version is the same.
TAG_PATTERN: Final = r'^(W/)?"v([0-9]{1,9})(-[0-9a-f]{16})?"$'
_TAG: Final = re.compile(TAG_PATTERN)


class Versioned:
    """A row whose version is raised by every change. Only the package that owns the row raises it."""

    version: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))


def tag(version: int, *, beside: str = "") -> str:
    """Return the strong ETag of a version, and of `beside`, the further values in the answer."""
    return f'"v{version}-{sha256(beside.encode()).hexdigest()[:16]}"' if beside else f'"v{version}"'


def mark(response: Response, version: int, *, beside: str = "") -> None:
    """Set the answer's ETag. `beside` holds the values in the answer that change without a new version."""
    response.headers["ETag"] = tag(version, beside=beside)


def mark_by_body(request: Request, version: int) -> None:
    """Let the router make the ETag of the version and the whole body, of which more changes without a new version."""
    request.state.version = version


def tag_of_body(request: Request, body: bytes) -> str:
    """Return the strong ETag of a body, which holds the version where the route has set it by `mark_by_body`."""
    version: int | None = getattr(request.state, "version", None)
    digest = sha256(body).hexdigest()
    return f'"{digest[:32]}"' if version is None else f'"v{version}-{digest[:16]}"'


def is_known(request: Request, etag: str) -> bool:
    """Say whether the reader has this version already (If-None-Match)."""
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return bool(known & {etag, "*"})


def if_match(
    value: Annotated[
        str | None, Header(alias="If-Match", max_length=200, description='The ETag last read, e.g. `"v3"`.')
    ] = None,
) -> int:
    """Return the version that the caller last read.

    Raises: PreconditionRequired, VersionMismatch (also when the tag is none of this API).
    """
    if value is None:
        raise PreconditionRequired
    match = _TAG.fullmatch(value.strip())
    if match is None:
        raise VersionMismatch
    return int(match[2])


# The version that the caller of a PUT, PATCH or DELETE has read.
ReadVersion = Annotated[int, Depends(if_match)]


def check_version(current: int, read: int) -> None:
    """Check that the caller has read the current version. Raises VersionMismatch."""
    if current != read:
        raise VersionMismatch
