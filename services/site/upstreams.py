"""The services behind the site: it asks for their health, their measurements, the mailbox and what its pages show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx
from cachetools import TTLCache
from starlette.requests import Request

# A page does not wait longer for a service: its script asks again.
_PAGE_SECONDS: Final = 0.25
_KEPT_SECONDS: Final = 30.0
_KEPT_ANSWERS: Final = 512


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """A public answer of a service: missing where the service says so, without data where it does not answer."""

    is_missing: bool = False
    data: Mapping[str, object] | None = None


def _no_answers() -> TTLCache[tuple[str, str, str], PublicAnswer]:
    return TTLCache(_KEPT_ANSWERS, _KEPT_SECONDS)


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Where the services are: name → base address, up to but without `/v1`. Only public routes are called."""

    client: httpx.AsyncClient
    urls: Mapping[str, str]
    _kept: TTLCache[tuple[str, str, str], PublicAnswer] = field(default_factory=_no_answers)

    async def public_answer(self, name: str, path: str, *, language: str = "") -> PublicAnswer:
        """Return what any caller gets at the service's path; an answer is kept for half a minute.

        A service that does not answer within a quarter of a second is not waited for.
        """
        key = (name, path, language)
        if name not in self.urls or key in self._kept:
            return self._kept.get(key, PublicAnswer())
        answer = await self._ask(self.urls[name] + path, language)
        if answer.data is not None:
            self._kept[key] = answer
        return answer

    async def _ask(self, address: str, language: str) -> PublicAnswer:
        headers = {"Accept-Language": language} if language else {}
        try:
            response = await self.client.get(address, headers=headers, timeout=_PAGE_SECONDS)
        except httpx.HTTPError:
            return PublicAnswer()
        if response.status_code != httpx.codes.OK:
            return PublicAnswer(is_missing=response.status_code == httpx.codes.NOT_FOUND)
        data: Mapping[str, object] = response.json()
        return PublicAnswer(data=data)


def upstreams_of(request: Request) -> Upstreams:
    """Return the services behind this site."""
    upstreams: Upstreams = request.app.state.upstreams
    return upstreams
