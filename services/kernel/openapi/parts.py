"""The parts that operations of every service share: headers, parameters, descriptions of failures."""

from typing import Final

from services.kernel.web.errors import PROBLEM_MEDIA_TYPE
from services.kernel.web.idempotency import HEADER as IDEMPOTENCY_HEADER

Json = dict[str, "JsonValue"]
JsonValue = str | int | float | bool | None | list["JsonValue"] | Json

# What every list offers besides JSON.
FILES: Final[Json] = {
    "text/csv": {"schema": {"type": "string"}},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
        "schema": {"type": "string", "contentMediaType": "application/octet-stream"}
    },
    "application/jsonl": {"schema": {"type": "string"}},
}


def problem_content() -> Json:
    """Return the body of a failure."""
    return {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _header(description: str, **schema: JsonValue) -> Json:
    return {"description": description, "schema": {"type": "string", **schema}}


ETAG = _header("The version of what was read", examples=['"v3"'])
LINK = _header("The next page (RFC 8288)", examples=['<?cursor=AbC>; rel="next"'])
LOCATION = _header("The address of what was made", format="uri-reference")
REQUEST_ID = _header("The request's id, as in the log", format="uuid")
RETRY_AFTER = _header("Seconds to wait before asking again", examples=["5"])
REPLAYED = _header("`true` when the key was used before and this is the answer given then", examples=["true"])
RATE_LIMIT: Json = {
    "RateLimit": _header("What is left of the limit", examples=['"public";r=599;t=300']),
    "RateLimit-Policy": _header("The limit", examples=['"public";q=600;w=300']),
}
IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag last read.",
    "schema": {"type": "string", "pattern": '^"v[0-9]{1,9}"$'},
    "example": '"v3"',
}
IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags the reader has; answered 304 when one is current.",
    "schema": {"type": "string"},
}
IDEMPOTENCY_KEY: Json = {
    "name": IDEMPOTENCY_HEADER,
    "in": "header",
    "required": False,
    "description": "Makes repeating safe: the same key and body give the same answer for 24 hours.",
    "schema": {"type": "string", "format": "uuid"},
}
DESCRIPTIONS = {
    400: "The request is malformed",
    401: "No valid token",
    403: "The token may not do this",
    404: "Nothing here that the caller may see",
    406: "This format is not offered",
    409: "The current state does not allow this",
    412: "The resource has changed meanwhile",
    413: "The body is too large",
    415: "The content type is not supported",
    422: "The request is not valid",
    428: "If-Match is missing",
    429: "Too many requests",
    500: "A bug of ours",
    503: "Not available right now",
}
