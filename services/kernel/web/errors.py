"""Failures: classes with status, code and title, which one place renders as problem documents (RFC 9457)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypedDict, Unpack

from pydantic import BaseModel, Field

from services.contracts.words import Phrase

PROBLEM_MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One place in the request that is wrong. `pointer` is a JSON pointer, e.g. `/body/name/fi`."""

    pointer: str
    code: str
    message: str


class Problem(BaseModel):
    """The body of every answer that is not a success."""

    type: str = Field(examples=["urn:vipu:problem:event-full"])
    title: str = Field(examples=["The event is full"])
    status: int = Field(examples=[409])
    detail: str | None
    instance: str = Field(examples=["urn:uuid:0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"])
    code: str = Field(examples=["event-full"])
    errors: list[FieldProblem]
    retryable: bool


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


class ProblemMembers(TypedDict, total=False):
    """The further arguments of a failure besides its detail."""

    errors: Sequence[InvalidField]
    headers: Mapping[str, str]
    members: Mapping[str, Member | Sequence[Mapping[str, Member]]]


CATALOGUE: dict[str, type["DomainError"]] = {}


class DomainError(Exception):
    """A failure that the caller can act on. Subclasses set status and code; the text `titles.<code>` is the title.

    `members` become further members of the problem document (e.g. `opens_at`).
    """

    status: ClassVar[int]
    code: ClassVar[str]
    retryable: ClassVar[bool] = False

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
    status, code = 403, "forbidden"


class NotFound(DomainError):
    status, code = 404, "not-found"


class MethodNotAllowed(DomainError):
    status, code = 405, "method-not-allowed"


class NotAcceptable(DomainError):
    status, code = 406, "not-acceptable"


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


class Invalid(DomainError):
    status, code = 422, "invalid"


class InvalidSort(DomainError):
    status, code = 422, "invalid-sort"


class UnknownMessage(DomainError):
    status, code, retryable = 422, "unknown-message", True


class IdempotencyKeyReused(DomainError):
    status, code = 422, "idempotency-key-reused"


class PreconditionRequired(DomainError):
    status, code = 428, "precondition-required"


class TooManyRequests(DomainError):
    status, code, retryable = 429, "too-many-requests", True


class InternalError(DomainError):
    status, code = 500, "internal-error"


class Unavailable(DomainError):
    status, code, retryable = 503, "unavailable", True
