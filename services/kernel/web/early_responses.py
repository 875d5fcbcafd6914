"""Responses that are known before the route has run to its end."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fastapi import Response

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class EarlyResponse(Exception):
    """The whole response of a request, raised by a dependency or a route. It is no failure.

    The route sends it as its own response, and an open transaction of the request commits. `headers` are those that
    dependencies have set so far; the headers of the response itself take precedence.
    """

    def __init__(self, response: Response, *, headers: Mapping[str, str] = _NONE) -> None:
        super().__init__()
        self.response = response
        for name, value in headers.items():
            response.headers.setdefault(name, value)
