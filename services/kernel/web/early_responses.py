"""Answers that are known before the route has run to its end."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fastapi import Response

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class EarlyResponse(Exception):
    """A dependency or a route has the whole answer already. Not a failure.

    The route sends it as its own answer, and an open transaction of the request commits. `headers` are those that
    dependencies have set so far; what the answer says itself goes before them.
    """

    def __init__(self, response: Response, *, headers: Mapping[str, str] = _NONE) -> None:
        super().__init__()
        self.response = response
        for name, value in headers.items():
            response.headers.setdefault(name, value)
