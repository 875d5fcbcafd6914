"""The built web: the files of `web/dist` under one digest of the whole folder, compressed once."""

import gzip
import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.kernel.settings import ROOT
from services.kernel.text import FALLBACK

DIST: Final = ROOT / "web" / "dist"
_DIGEST_LENGTH: Final = 16
# A year: another build has another address.
_HEADERS: Final = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file of the build, plain and compressed."""

    media_type: str
    plain: bytes
    compressed: bytes


@dataclass(frozen=True, slots=True)
class Build:
    """The files of the build by name, and the digest of all of them."""

    digest: str
    files: Mapping[str, WebFile]

    @property
    def base(self) -> str:
        """The address under which the files are."""
        return f"/web/{self.digest}"

    def words(self, language: str) -> Mapping[str, str]:
        """Return the words of the shells in the language."""
        words: Mapping[str, str] = json.loads(self.files[f"words.{language}.json"].plain)
        return words


@cache
def build(folder: Path = DIST) -> Build:
    """Read the build once. Raises FileNotFoundError where there is none."""
    contents = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}
    whole = sha256()
    for name, content in contents.items():
        whole.update(f"{name}\n{len(content)}\n".encode())
        whole.update(content)
    files = {name: _web_file(name, content) for name, content in contents.items()}
    return Build(whole.hexdigest()[:_DIGEST_LENGTH], files)


def _web_file(name: str, content: bytes) -> WebFile:
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    # The time in the header of gzip would make each start's file another one.
    return WebFile(media_type, content, gzip.compress(content, compresslevel=9, mtime=0))


@cache
def shell_words() -> Mapping[str, Mapping[str, str]]:
    """Return the words of the shells, by language and key."""
    return {language: build().words(language) for language in FALLBACK}


async def web_file(request: Request) -> Response:
    """Return a file of the build. An address of an earlier build is not found: the page then loads itself anew."""
    current = build()
    file = current.files.get(request.path_params["name"])
    if file is None or request.path_params["digest"] != current.digest:
        raise HTTPException(404)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers = {**_HEADERS, "Content-Encoding": "gzip"}
        return Response(file.compressed, media_type=file.media_type, headers=headers)
    return Response(file.plain, media_type=file.media_type, headers=_HEADERS)


ROUTES: Final = (Route("/web/{digest}/{name}", web_file),)
