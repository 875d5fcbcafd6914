"""Failures: classes with status, code and title, which one place renders as problem documents (RFC 9457)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypedDict, Unpack

from pydantic import BaseModel, Field
from pydantic.config import JsonDict

from services.contracts.words import Phrase

PROBLEM_MEDIA_TYPE = "application/problem+json"


# A pattern, not an enumeration: a later version may add codes, and a generated client that knows a closed set of them
# would refuse the whole answer.
_CODE: Final[JsonDict] = {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}


class FieldProblem(BaseModel):
    """One place in the request that is wrong."""

    pointer: str = Field(description="The place, as a JSON pointer", examples=["/body/name/fi"])
    code: str = Field(
        description="The kind of error. Later versions may add codes", examples=["missing"], json_schema_extra=_CODE
    )
    message: str = Field(description="The same for people, in their language", examples=["This value is missing."])


class Problem(BaseModel):
    """The body of every answer that is not a success (RFC 9457). Some failures have further members."""

    type: str = Field(description="The code as a URN", examples=["urn:vipu:problem:event-full"])
    title: str = Field(description="The failure for people, in their language", examples=["The event is full"])
    status: int = Field(description="The HTTP status", ge=400, le=599, examples=[409])
    detail: str | None = Field(description="The reason in this case, for people, without personal data")
    instance: str = Field(
        description="The id of the request; name it when you report the failure",
        examples=["urn:uuid:0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"],
    )
    code: str = Field(
        description="The kind of failure, for programs. An answer lists its codes, and later versions may add some",
        examples=["event-full"],
        json_schema_extra=_CODE,
    )
    errors: list[FieldProblem] = Field(description="The places in the request that are wrong")
    retryable: bool = Field(description="Whether the same request may succeed later; see `Retry-After`")


@dataclass(frozen=True, slots=True)
class InvalidField:
    """One place in the request that is wrong, as it is raised, with its message in no language yet."""

    pointer: str
    code: str
    message: Phrase

    def in_language(self, language: str) -> FieldProblem:
        """Return the place as the problem document shows it.

        People see the message alone: for a part of an item of a list in the body it begins with the item's number,
        counted from one; `4.2` is the second item in the fourth.
        """
        places = [int(part) + 1 for part in re.findall(r"/(\d+)(?=/)", self.pointer)]
        message = self.message
        if places and self.pointer.startswith("/body/"):
            message = Phrase("fields.in-item", place=".".join(map(str, places)), problem=message)
        return FieldProblem(pointer=self.pointer, code=self.code, message=message.in_language(language))


Member = str | int | bool | None
Members = Mapping[str, Member | Sequence[Mapping[str, Member]]]


class ProblemMembers(TypedDict, total=False):
    """The further arguments of a failure besides its detail."""

    errors: Sequence[InvalidField]
    headers: Mapping[str, str]
    members: Members


CATALOGUE: dict[str, type["DomainError"]] = {}


class DomainError(Exception):
    """A failure that the caller can act on. Subclasses set status and code; the text `titles.<code>` is the title.

    `members` become further members of the problem document (e.g. `opens_at`); `example` has realistic ones for the
    example in the OpenAPI documents.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    retryable: ClassVar[bool] = False
    example: ClassVar[Members] = {}

    def __init_subclass__(cls) -> None:
        """Enter the class in the catalogue; two classes may not share a code."""
        known = CATALOGUE.setdefault(cls.code, cls)
        if known.__qualname__ != cls.__qualname__ or known.__module__ != cls.__module__:
            raise TypeError(f"problem code {cls.code!r} is taken by {known.__qualname__}")

    def __init__(self, detail: Phrase | None = None, **more: Unpack[ProblemMembers]) -> None:
        super().__init__(detail.in_language("en") if detail else self.code)
        self.detail = detail
        self.errors = list(more.get("errors", ()))
        self.headers = dict(more.get("headers", {}))
        self.members = dict(more.get("members", {}))

    @classmethod
    def title(cls, language: str) -> str:
        """Return the title of the failure in the language."""
        return Phrase(f"titles.{cls.code}").in_language(language)


class BadRequest(DomainError):
    status, code = 400, "bad-request"


class InvalidCursor(DomainError):
    status, code = 400, "invalid-cursor"


class Unauthenticated(DomainError):
    status, code = 401, "unauthenticated"


class Forbidden(DomainError):
    """The caller may not do this. Member where the token lacks scopes: `missing_scopes`."""

    status, code = 403, "forbidden"
    example: ClassVar[Members] = {"missing_scopes": "registry:write"}


class NotFound(DomainError):
    status, code = 404, "not-found"


class MethodNotAllowed(DomainError):
    status, code = 405, "method-not-allowed"


class NotAcceptable(DomainError):
    """No format that the caller accepts is offered. Member: `offered`, the media types."""

    status, code = 406, "not-acceptable"
    example: ClassVar[Members] = {"offered": "application/json, text/csv"}


class RequestTooSlow(DomainError):
    status, code, retryable = 408, "request-too-slow", True


class StateConflict(DomainError):
    status, code = 409, "state-conflict"


class NotKnownYet(DomainError):
    """The request names an object that has not been announced here yet. A later request may succeed."""

    status, code, retryable = 409, "not-known-yet", True


class IdempotencyInProgress(DomainError):
    status, code, retryable = 409, "idempotency-in-progress", True


class VersionMismatch(DomainError):
    status, code = 412, "version-mismatch"


class BodyTooLarge(DomainError):
    status, code = 413, "body-too-large"


class UnsupportedMediaType(DomainError):
    status, code = 415, "unsupported-media-type"


class Misdirected(DomainError):
    """The request is for another service, which had this address before (RFC 9110, section 15.5.20)."""

    status, code, retryable = 421, "misdirected-request", True


class Invalid(DomainError):
    status, code = 422, "invalid"
    example: ClassVar[Members] = {
        "errors": [
            {
                "pointer": "/body/name/fi",
                "code": "missing",
                "message": Phrase("validation.missing").in_language("en"),
            }
        ]
    }


class InvalidSort(DomainError):
    """The list has no such sort key. Member: `allowed`, the keys that it has."""

    status, code = 422, "invalid-sort"
    example: ClassVar[Members] = {"allowed": "created_at name"}


class UnknownMessage(DomainError):
    """The service receives no messages of this kind. Member: `kind`."""

    status, code, retryable = 422, "unknown-message", True
    example: ClassVar[Members] = {"kind": "vipu.event.painted.v1"}


class IdempotencyKeyReused(DomainError):
    status, code = 422, "idempotency-key-reused"


class PreconditionRequired(DomainError):
    status, code = 428, "precondition-required"


class TooManyRequests(DomainError):
    status, code, retryable = 429, "too-many-requests", True


class HeadersTooLarge(DomainError):
    status, code = 431, "headers-too-large"


class InternalError(DomainError):
    status, code = 500, "internal-error"


class Unavailable(DomainError):
    status, code, retryable = 503, "unavailable", True


class ExportBusy(DomainError):
    """This process makes another file. A later request may succeed."""

    status, code, retryable = 503, "export-busy", True
