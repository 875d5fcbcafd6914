"""One service as the gateway asks it: in bounded time, a bounded body, one retry, behind a breaker."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from services.contracts.measures import ServiceName
from services.gateway.settings import GatewaySettings
from services.kernel.security.auth import Principal

from .breaker import Breaker
from .clock import loop_seconds
from .errors import UpstreamDown, UpstreamRefused

log = structlog.get_logger()

Data = TypeVar("Data", bound=BaseModel)
Params = tuple[tuple[str, str], ...]

_DECLINED = range(400, 500)
# Timeouts and early hang-ups among the 4xx: the service's trouble, not the caller's.
_TROUBLE = frozenset({408, 421, 425})


@dataclass(frozen=True, slots=True)
class Question:
    """On whose behalf services are asked, with which headers, and until when (the loop's clock)."""

    principal: Principal
    headers: tuple[tuple[str, str], ...]
    until: float

    def seconds_left(self) -> float:
        """Return how much of the whole deadline is left."""
        return max(0.0, self.until - loop_seconds())


class Upstream:
    """A service at its base address."""

    def __init__(self, name: ServiceName, base: str, client: httpx.AsyncClient, settings: GatewaySettings) -> None:
        self.name = name
        self._base, self._client, self._settings = base.rstrip("/"), client, settings
        self.breaker = Breaker(failures=settings.breaker_failures, open_seconds=settings.breaker_open_seconds)

    async def get(self, question: Question, path: str, params: Params, model: type[Data]) -> Data:
        """Return the answer as `model`. Raises: UpstreamDown, UpstreamRefused."""
        with self.breaker.guard():
            seconds = min(self._settings.upstream_seconds, question.seconds_left())
            try:
                async with asyncio.timeout(seconds):
                    body = await self._body(self._request(question, path, params, seconds))
            except (UpstreamDown, UpstreamRefused):
                raise
            except (TimeoutError, httpx.ReadTimeout) as error:
                raise UpstreamDown("timeout") from error
            except Exception as error:  # Transports let failures of their own slip; none may cost the whole answer.
                log.warning("upstream.failed", service=self.name, reason=type(error).__name__)
                raise UpstreamDown("connection_failed") from error
            try:
                return model.model_validate_json(body)
            except ValidationError as error:
                raise UpstreamDown("not_understood") from error

    def _request(self, question: Question, path: str, params: Params, seconds: float) -> httpx.Request:
        # Compressed answers are not asked for: a small one could unpack to more than memory holds.
        headers = [*question.headers, ("Accept", "application/json"), ("Accept-Encoding", "identity")]
        timeout = httpx.Timeout(seconds, connect=min(seconds, self._settings.connect_seconds))
        return self._client.build_request(
            "GET", self._base + path, params=httpx.QueryParams(params), headers=headers, timeout=timeout
        )

    async def _body(self, request: httpx.Request) -> bytes:
        answer = await self._send(request)
        try:
            self._check(answer)
            return await self._read(answer)
        finally:
            await answer.aclose()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Return the answer's head; a connection that fails is tried once more."""
        try:
            return await self._client.send(request, stream=True)
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout):
            return await self._client.send(request, stream=True)

    def _check(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status in _DECLINED and status not in _TROUBLE:
            raise UpstreamRefused(status)
        if status != 200:
            raise UpstreamDown("failed")
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json" or answer.headers.get("content-encoding", "identity") != "identity":
            raise UpstreamDown("not_understood")
        declared = answer.headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self._settings.max_answer_bytes:
            raise UpstreamDown("too_large")

    async def _read(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for block in answer.aiter_raw():
            body += block
            if len(body) > self._settings.max_answer_bytes:
                raise UpstreamDown("too_large")
        return bytes(body)


def query(*pairs: tuple[str, str | int | None], **more: Sequence[str]) -> Params:
    """Query parameters without the ones that are None."""
    listed = [(name, value) for name, values in more.items() for value in values]
    return (*((name, str(value)) for name, value in pairs if value is not None), *listed)
