"""The information that every document begins with: contact, licence, and the rules that all operations keep."""

from typing import Final

from services.kernel.openapi.parts import Json

VERSION: Final = "1.0.0"
LICENCE: Final[Json] = {"name": "European Union Public Licence 1.2", "identifier": "EUPL-1.2"}
CONTACT: Final[Json] = {"name": "The operator of this installation"}
RULES: Final = """\
**Versions.** The path has the major version, `/v1`. Within it, changes are additive: operations, optional request \
fields, answer fields and problem codes may be added, so clients must tolerate answer fields and codes that they do \
not know. Request fields and query parameters that Vipu does not know are refused.

**Deprecation.** An operation that will end is marked `deprecated` here. Its answers carry `Deprecation`, `Sunset` and \
`Link rel="deprecation"` for at least six months before it ends; then it answers 410.

**Limits.** Public operations are limited by caller. `RateLimit` and `RateLimit-Policy` tell the limit, and 429 comes \
with `Retry-After`. A JSON body and a file have a greatest size (413).

**Pages.** Lists answer `items` and `next_cursor`. Pass it as `cursor` until it is null; `Link` with `rel="next"` is \
the same. A cursor belongs to its filters and its order. `format` and `Accept` give all rows as a file.

**Repeating.** Send an `Idempotency-Key`, a UUID of your own, with a POST. For 24 hours the same key and body get the \
same answer, with `Idempotency-Replayed: true`. PATCH and DELETE of a resource need `If-Match` with the `ETag` that \
you read; 412 means that it has changed since.

**Failures.** Each is a problem document (RFC 9457). Branch on `code`. 404 is also the answer for what the caller may \
not see. A failure with `retryable` may succeed later, after `Retry-After`."""


def described(summary: str) -> str:
    """Return the description of a document: what the service is, and the rules of all operations."""
    return f"{summary}\n\n{RULES}"
