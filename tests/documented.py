"""Every answer that a test gets from a service is one that the document of its operation states."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from services.kernel.web.errors import Misdirected

_PARAMETER = re.compile(r"{\w+}")
Operation = Mapping[str, Any]


@dataclass(frozen=True)
class Paths:
    """The paths of a document: those without parameters, and patterns of the others by their number of parts."""

    fixed: Mapping[str, Mapping[str, Operation]]
    patterns: Mapping[int, list[tuple[re.Pattern[str], Mapping[str, Operation]]]]

    def find(self, path: str) -> Mapping[str, Operation]:
        """Return the operations of a path by method; none where the document has no such path."""
        if path in self.fixed:
            return self.fixed[path]
        some = self.patterns.get(path.count("/"), [])
        return next((methods for pattern, methods in some if pattern.fullmatch(path)), {})


# By service: its routes are built once in a test process.
_KNOWN: dict[str, Paths] = {}


def _paths(app: FastAPI) -> Paths:
    service = app.state.service.name
    if service not in _KNOWN:
        _KNOWN[service] = _read(app.openapi()["paths"])
    return _KNOWN[service]


def _read(documented: Mapping[str, Mapping[str, Operation]]) -> Paths:
    patterns: dict[int, list[tuple[re.Pattern[str], Mapping[str, Operation]]]] = {}
    for path, methods in documented.items():
        if "{" in path:
            parts = map(re.escape, _PARAMETER.split(path))
            patterns.setdefault(path.count("/"), []).append((re.compile("[^/]+".join(parts)), methods))
    return Paths({path: methods for path, methods in documented.items() if "{" not in path}, patterns)


def check_documented(app: FastAPI, answer: httpx.Response) -> None:
    """Check the answer against the document of the application. Raises AssertionError."""
    methods = _paths(app).find(answer.request.url.path)
    asked = answer.request.method.lower()
    operation = methods.get("get" if asked == "head" and "head" not in methods else asked)
    # A partner's request never gets it: a front that sends requests to the right service is no part of the contract.
    if operation is None or answer.status_code == Misdirected.status:
        return
    name = f"{asked} {answer.request.url.path}"
    stated = operation["responses"].get(str(answer.status_code))
    assert stated is not None, f"{name} answers {answer.status_code}, which its document does not state: {answer.text}"
    for fault in _faults(answer, stated, methods):
        raise AssertionError(f"{name}: {fault}")


def _faults(answer: httpx.Response, stated: Operation, methods: Mapping[str, Operation]) -> Iterator[str]:
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind and kind not in stated.get("content", {}):
        yield f"the document of {answer.status_code} has no {kind}"
    examples = stated.get("content", {}).get(kind, {}).get("examples", {})
    if kind == "application/problem+json" and answer.content and answer.json()["code"] not in examples:
        yield f"the document of {answer.status_code} has no {answer.json()['code']}"
    etag = answer.headers.get("etag")
    if etag is not None and answer.status_code == 200 and answer.request.method == "GET":
        for method, changing in methods.items():
            for parameter in changing.get("parameters", []):
                if parameter["name"] == "If-Match" and re.search(parameter["schema"]["pattern"], etag) is None:
                    yield f"{method} refuses the ETag {etag}"
