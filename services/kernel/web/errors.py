"""Failures: a class with status, code and titles, rendered in one place (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypedDict, Unpack

from pydantic import BaseModel, Field

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


def Titles(*, fi: str, sv: str, en: str) -> Mapping[str, str]:  # noqa: N802 - Reads as the value it makes.
    """The title of a failure in the three languages of the house."""
    return {"fi": fi, "sv": sv, "en": en}


class ProblemMembers(TypedDict, total=False):
    """What a raised failure may carry besides its detail."""

    errors: Sequence[FieldProblem]
    headers: Mapping[str, str]
    members: Mapping[str, str | int | bool | None]


CATALOGUE: dict[str, type["DomainError"]] = {}


class DomainError(Exception):
    """A failure the caller can act on. Subclasses set status, code and titles.

    `members` become further members of the problem document (e.g. `opens_at`).
    """

    status: ClassVar[int]
    code: ClassVar[str]
    titles: ClassVar[Mapping[str, str]]
    retryable: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Enter the class in the catalogue; two classes may not share a code."""
        known = CATALOGUE.setdefault(cls.code, cls)
        if known.__qualname__ != cls.__qualname__ or known.__module__ != cls.__module__:
            raise TypeError(f"problem code {cls.code!r} is taken by {known.__qualname__}")

    def __init__(self, detail: str | None = None, **more: Unpack[ProblemMembers]) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.errors = list(more.get("errors", ()))
        self.headers = dict(more.get("headers", {}))
        self.members = dict(more.get("members", {}))


class BadRequest(DomainError):
    status, code = 400, "bad-request"
    titles = Titles(fi="Pyyntö on virheellinen", sv="Begäran är felaktig", en="The request is malformed")


class InvalidCursor(DomainError):
    status, code = 400, "invalid-cursor"
    titles = Titles(fi="Sivun kohdistin ei kelpaa", sv="Sidmarkören är ogiltig", en="The cursor is not valid")


class Unauthenticated(DomainError):
    status, code = 401, "unauthenticated"
    titles = Titles(fi="Kirjautuminen puuttuu", sv="Inloggning saknas", en="Authentication is required")


class Forbidden(DomainError):
    status, code = 403, "forbidden"
    titles = Titles(fi="Ei oikeutta toimintoon", sv="Åtgärden är inte tillåten", en="You may not do this")


class NotFound(DomainError):
    status, code = 404, "not-found"
    titles = Titles(fi="Ei löydy", sv="Hittades inte", en="Not found")


class MethodNotAllowed(DomainError):
    status, code = 405, "method-not-allowed"
    titles = Titles(fi="Menetelmä ei ole sallittu", sv="Metoden är inte tillåten", en="Method not allowed")


class NotAcceptable(DomainError):
    status, code = 406, "not-acceptable"
    titles = Titles(fi="Muotoa ei ole tarjolla", sv="Formatet erbjuds inte", en="This format is not offered")


class StateConflict(DomainError):
    status, code = 409, "state-conflict"
    titles = Titles(
        fi="Toiminto ei sovi nykyiseen tilaan",
        sv="Åtgärden passar inte det nuvarande läget",
        en="The current state does not allow this",
    )


class IdempotencyInProgress(DomainError):
    status, code, retryable = 409, "idempotency-in-progress", True
    titles = Titles(
        fi="Sama pyyntö on jo käsittelyssä",
        sv="Samma begäran behandlas redan",
        en="The same request is being processed",
    )


class VersionMismatch(DomainError):
    status, code = 412, "version-mismatch"
    titles = Titles(fi="Tiedot ovat muuttuneet", sv="Uppgifterna har ändrats", en="The resource has changed meanwhile")


class BodyTooLarge(DomainError):
    status, code = 413, "body-too-large"
    titles = Titles(fi="Pyyntö on liian suuri", sv="Begäran är för stor", en="The request body is too large")


class UnsupportedMediaType(DomainError):
    status, code = 415, "unsupported-media-type"
    titles = Titles(fi="Sisältötyyppiä ei tueta", sv="Innehållstypen stöds inte", en="Unsupported media type")


class Invalid(DomainError):
    status, code = 422, "invalid"
    titles = Titles(fi="Tiedoissa on virheitä", sv="Uppgifterna är felaktiga", en="The request is not valid")


class InvalidSort(DomainError):
    status, code = 422, "invalid-sort"
    titles = Titles(fi="Järjestystä ei tunneta", sv="Okänd sortering", en="Unknown sort key")


class UnknownMessage(DomainError):
    status, code, retryable = 422, "unknown-message", True
    titles = Titles(
        fi="Viestin tyyppiä ei tunneta",
        sv="Meddelandets typ är okänd",
        en="Nobody here listens to this kind of message",
    )


class IdempotencyKeyReused(DomainError):
    status, code = 422, "idempotency-key-reused"
    titles = Titles(
        fi="Idempotency-Key on jo käytetty toiseen pyyntöön",
        sv="Idempotency-Key har redan använts för en annan begäran",
        en="The Idempotency-Key was used for another request",
    )


class PreconditionRequired(DomainError):
    status, code = 428, "precondition-required"
    titles = Titles(fi="If-Match-otsake puuttuu", sv="Huvudet If-Match saknas", en="The If-Match header is required")


class TooManyRequests(DomainError):
    status, code, retryable = 429, "too-many-requests", True
    titles = Titles(fi="Liian monta pyyntöä", sv="För många förfrågningar", en="Too many requests")


class InternalError(DomainError):
    status, code = 500, "internal-error"
    titles = Titles(fi="Palvelimen virhe", sv="Serverfel", en="Internal error")


class Unavailable(DomainError):
    status, code, retryable = 503, "unavailable", True
    titles = Titles(
        fi="Palvelu ei ole juuri nyt käytettävissä",
        sv="Tjänsten är inte tillgänglig just nu",
        en="The service is not available right now",
    )
