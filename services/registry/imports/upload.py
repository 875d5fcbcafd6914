"""The file of an upload: a form's file or the bare body."""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import unquote

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import UploadFile

from services.contracts.words import Phrase
from services.kernel.lists.exports import MEDIA_TYPES
from services.kernel.web.errors import Invalid, InvalidField, UnsupportedMediaType

from .schemas import ImportOptions

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
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "The list, text or XLSX"},
                        "list_on": {"type": "string", "format": "date", "description": "The day of the list"},
                        "coordinated_by": {"type": "string", "description": "Slug or id of the coordination project"},
                    },
                }
            },
            # Generators drop bodies of the other types, although they are accepted too.
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class Upload(BaseModel):
    """A file, its name, and what the caller says of it."""

    model_config = ConfigDict(frozen=True)

    content: bytes
    name: str | None
    options: ImportOptions


async def read_upload(request: Request, options: Annotated[ImportOptions, Query()]) -> Upload:
    """Return the request's file. Fields of a form come before the address. Raises: UnsupportedMediaType, Invalid."""
    # The whole body is read first: the transaction computes its fingerprint for the Idempotency-Key.
    content = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM:
        return await _from_form(request, options)
    if kind not in _BARE:
        raise UnsupportedMediaType(members={"accepted": ", ".join((_FORM, *_BARE))})
    return Upload(content=_filled(content), name=None, options=options)


async def _from_form(request: Request, options: ImportOptions) -> Upload:
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise _no_file()
        return Upload(
            content=_filled(await file.read()),
            name=_plain_name(file.filename),
            options=_with_fields(
                options, {name: text for name, text in form.items() if isinstance(text, str) and text}
            ),
        )


def _with_fields(options: ImportOptions, fields: Mapping[str, str]) -> ImportOptions:
    """Return the options with those that the form has. Raises RequestValidationError."""
    given = {name: text for name, text in fields.items() if name in ImportOptions.model_fields}
    try:
        return ImportOptions.model_validate({**options.model_dump(), **given})
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from error


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
