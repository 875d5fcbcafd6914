"""The parts that the operations of all services share: headers, parameters, descriptions of failures."""

from typing import Final

from services.kernel.web.errors import PROBLEM_MEDIA_TYPE
from services.kernel.web.idempotency import HEADER as IDEMPOTENCY_HEADER

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


def problem_content() -> Json:
    """Return the body of a failure."""
    return {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


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
    "schema": {"type": "string", "pattern": '^"v[0-9]{1,9}"$'},
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
    "description": "Makes a repeated request safe: for 24 hours, the same key and body get the same answer.",
    "schema": {"type": "string", "format": "uuid"},
}
DESCRIPTIONS = {
    400: "The request is malformed",
    401: "No valid token",
    403: "The token does not allow this",
    404: "There is no such resource, or the caller may not see it",
    406: "This format is not offered",
    409: "`state-conflict`: The current state does not allow this",
    412: "The resource has changed since the caller read it",
    413: "The body is too large",
    415: "The content type is not supported",
    422: "`invalid`: The request is not valid",
    428: "If-Match is missing",
    429: "Too many requests",
    500: "An unexpected failure of the service",
    503: "The service is not available now",
}
