"""The parts that the operations of all services share: headers, parameters, descriptions of failures."""

from typing import Final

from services.kernel.web.etags import TAG_PATTERN
from services.kernel.web.idempotency import HEADER as IDEMPOTENCY_HEADER
from services.kernel.web.idempotency import KEY_PATTERN

Json = dict[str, "JsonValue"]
JsonValue = str | int | float | bool | None | list["JsonValue"] | Json

# The formats of every list besides JSON.
FILES: Final[Json] = {
    "text/csv": {"schema": {"type": "string"}},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
        "schema": {"type": "string", "contentMediaType": "application/octet-stream"}
    },
    "application/jsonl": {"schema": {"type": "string"}},
}


def _header(description: str, **schema: JsonValue) -> Json:
    return {"description": description, "schema": {"type": "string", **schema}}


ETAG = _header("The version of the answer", examples=['"v3"'])
LINK = _header("The next page (RFC 8288)", examples=['<?cursor=AbC>; rel="next"'])
LOCATION = _header("The address of the new resource", format="uri-reference")
REQUEST_ID = _header("The request's id, as in the log", format="uuid")
RETRY_AFTER = _header("Seconds to wait before the next attempt", examples=["5"])
REPLAYED = _header("`true` when this is the stored answer to an earlier request with the same key", examples=["true"])
RATE_LIMIT: Json = {
    "RateLimit": _header(
        "The requests that remain, and the seconds until more are allowed", examples=['"public";r=599;t=300']
    ),
    "RateLimit-Policy": _header(
        "The limit: the number of requests and the window in seconds", examples=['"public";q=600;w=300']
    ),
}
IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the version that the caller last read.",
    "schema": {"type": "string", "maxLength": 200, "pattern": TAG_PATTERN},
    "example": '"v3"',
}
IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETags that the reader has; the answer is 304 when one of them is current.",
    "schema": {"type": "string"},
}
IDEMPOTENCY_KEY: Json = {
    "name": IDEMPOTENCY_HEADER,
    "in": "header",
    "required": False,
    "description": "A UUID of the caller's own. It makes a repeated request safe: for 24 hours, the same key and body "
    "get the same answer.",
    # No `format`: a generated client would hand a UUID object to its HTTP library, which takes texts alone.
    "schema": {"type": "string", "pattern": KEY_PATTERN},
    "example": "7d0c9a52-8f0b-4f5c-9f2e-1d5a3c8b7e64",
}
