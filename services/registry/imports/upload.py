"""The file of an upload: a form's file or the bare body."""

from typing import Annotated, Final
from urllib.parse import unquote

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import UploadFile

from services.contracts.words import Phrase
from services.kernel.lists.exports import MEDIA_TYPES
from services.kernel.web.errors import Invalid, InvalidField, UnsupportedMediaType

_BARE: Final = ("text/csv", "text/plain", "application/octet-stream", MEDIA_TYPES["xlsx"])
_FORM: Final = "multipart/form-data"
_NAME_LENGTH: Final = 200

BODY: Final[dict[str, object]] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in _BARE},
        },
    }
}


class Upload(BaseModel):
    """A file and its name."""

    model_config = ConfigDict(frozen=True)

    content: bytes
    name: str | None


async def read_upload(request: Request) -> Upload:
    """Return the request's file. Raises: UnsupportedMediaType, Invalid."""
    # The whole body is read first: the transaction computes its fingerprint for the Idempotency-Key.
    content = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM:
        return await _from_form(request)
    if kind not in _BARE:
        raise UnsupportedMediaType(members={"accepted": ", ".join((_FORM, *_BARE))})
    return Upload(content=_filled(content), name=None)


async def _from_form(request: Request) -> Upload:
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise _no_file()
        return Upload(content=_filled(await file.read()), name=_plain_name(file.filename))


def _filled(content: bytes) -> bytes:
    if not content:
        raise _no_file()
    return content


def _no_file() -> Invalid:
    return Invalid(errors=[InvalidField("/body/file", "missing", Phrase("fields.file-missing"))])


def _plain_name(name: str | None) -> str | None:
    """Return the last part of the name, without characters that cannot be shown."""
    last = unquote(name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:_NAME_LENGTH] or None


UploadedFile = Annotated[Upload, Depends(read_upload)]
