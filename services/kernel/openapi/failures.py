"""Failures in a document: an answer names the codes that it may have, and shows an example of each."""

from collections.abc import Iterable, Iterator, Mapping

from services.kernel.openapi.parts import Json, JsonValue
from services.kernel.web.errors import CATALOGUE, PROBLEM_MEDIA_TYPE, DomainError

_REFERENCE = "#/components/examples/"
_REQUEST_ID = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"


def problems(*failures: type[DomainError]) -> dict[int | str, dict[str, object]]:
    """Return the `responses` of a route with these failures. The usual failures are added to every operation."""
    statuses = sorted({failure.status for failure in failures})
    return {status: {**_answer([one for one in failures if one.status == status])} for status in statuses}


def add_failures(responses: Json, failures: Iterable[type[DomainError]]) -> None:
    """Add failures to the answers of an operation. Those that it states already come first."""
    by_status: dict[int, list[type[DomainError]]] = {}
    for failure in failures:
        by_status.setdefault(failure.status, []).append(failure)
    for status, usual in by_status.items():
        stated = responses.get(str(status))
        codes = codes_of(stated) if isinstance(stated, dict) else []
        shown = [*(CATALOGUE[code] for code in codes), *(failure for failure in usual if failure.code not in codes)]
        responses[str(status)] = _answer(shown)


def codes_of(answer: Mapping[str, object]) -> list[str]:
    """Return the codes that an answer of a document may have, in its order."""
    content = answer.get("content")
    media = content.get(PROBLEM_MEDIA_TYPE) if isinstance(content, dict) else None
    return list(media["examples"]) if isinstance(media, dict) else []


def failure_examples(codes: Iterable[str]) -> Iterator[tuple[str, Json]]:
    """Yield the examples of failures for the components of a document, by code."""
    for code in sorted(set(codes)):
        failure = CATALOGUE[code]
        yield code, {"description": failure.title("en"), "value": _example(failure)}


def _answer(failures: Iterable[type[DomainError]]) -> Json:
    lines = {failure.code: f"`{failure.code}`: {failure.title('en')}" for failure in failures}
    media: Json = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {code: {"$ref": f"{_REFERENCE}{code}"} for code in lines},
    }
    return {"description": "; ".join(lines.values()), "content": {PROBLEM_MEDIA_TYPE: media}}


def _example(failure: type[DomainError]) -> Json:
    members = {**failure().members, **failure.example}
    return {
        "type": f"urn:vipu:problem:{failure.code}",
        "title": failure.title("en"),
        "status": failure.status,
        "detail": None,
        "instance": f"urn:uuid:{_REQUEST_ID}",
        "code": failure.code,
        "errors": [],
        "retryable": failure.retryable,
        **{name: _plain(value) for name, value in members.items()},
    }


def _plain(value: object) -> JsonValue:
    if isinstance(value, str | int | float) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    assert isinstance(value, Iterable)
    return [_plain(inner) for inner in value]
