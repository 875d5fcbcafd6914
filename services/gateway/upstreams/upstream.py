"""A service as the gateway uses it: bounded time, a bounded body, one retry and a circuit breaker."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from services.contracts.services import StoringService
from services.gateway.settings import GatewaySettings
from services.kernel.security.auth import Principal

from .breaker import Breaker
from .clock import loop_seconds
from .errors import UpstreamDown, UpstreamRefused

log = structlog.get_logger()

Data = TypeVar("Data", bound=BaseModel)
Params = tuple[tuple[str, str], ...]

_REFUSED = range(400, 500)
# The 4xx statuses of timeouts and closed connections: the service failed, the caller did nothing wrong.
_FAILED = frozenset({408, 421, 425})


@dataclass(frozen=True, slots=True)
class CallerContext:
    """The caller of the gateway, with the headers to pass on and the deadline on the event loop's clock."""

    principal: Principal
    headers: tuple[tuple[str, str], ...]
    deadline: float

    def seconds_left(self) -> float:
        """Return the seconds until the deadline, at least 0."""
        return max(0.0, self.deadline - loop_seconds())


class Upstream:
    """A service at its base address."""

    def __init__(self, name: StoringService, base: str, client: httpx.AsyncClient, settings: GatewaySettings) -> None:
        self.name = name
        self._base, self._client, self._settings = base.rstrip("/"), client, settings
        self.breaker = Breaker(failures=settings.breaker_failures, open_seconds=settings.breaker_open_seconds)

    async def get(self, caller: CallerContext, path: str, params: Params, model: type[Data]) -> Data:
        """Return the response as `model`. Raises: UpstreamDown, UpstreamRefused."""
        with self.breaker.guard():
            seconds = min(self._settings.upstream_seconds, caller.seconds_left())
            try:
                async with asyncio.timeout(seconds):
                    body = await self._body(self._request(caller, path, params, seconds))
            except (UpstreamDown, UpstreamRefused):
                raise
            except (TimeoutError, httpx.ReadTimeout) as error:
                raise UpstreamDown("timeout") from error
            except Exception as error:  # Transports raise other errors too; none may fail the answer of the gateway.
                log.warning("upstream.failed", service=self.name, reason=type(error).__name__)
                raise UpstreamDown("connection_failed") from error
            try:
                return model.model_validate_json(body)
            except ValidationError as error:
                raise UpstreamDown("not_understood") from error

    def _request(self, caller: CallerContext, path: str, params: Params, seconds: float) -> httpx.Request:
        # No compression: a small compressed body could unpack to more than memory holds.
        headers = [*caller.headers, ("Accept", "application/json"), ("Accept-Encoding", "identity")]
        timeout = httpx.Timeout(seconds, connect=min(seconds, self._settings.connect_seconds))
        return self._client.build_request(
            "GET", self._base + path, params=httpx.QueryParams(params), headers=headers, timeout=timeout
        )

    async def _body(self, request: httpx.Request) -> bytes:
        response = await self._send(request)
        try:
            self._check(response)
            return await self._read(response)
        finally:
            await response.aclose()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Return the response without its body. A failed connection is tried once more."""
        try:
            return await self._client.send(request, stream=True)
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout):
            return await self._client.send(request, stream=True)

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in _REFUSED and status not in _FAILED:
            raise UpstreamRefused(status)
        if status != 200:
            raise UpstreamDown("failed")
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json" or response.headers.get("content-encoding", "identity") != "identity":
            raise UpstreamDown("not_understood")
        declared = response.headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self._settings.max_answer_bytes:
            raise UpstreamDown("too_large")

    async def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for block in response.aiter_raw():
            body += block
            if len(body) > self._settings.max_answer_bytes:
                raise UpstreamDown("too_large")
        return bytes(body)


def query_parameters(*pairs: tuple[str, str | int | None], **more: Sequence[str]) -> Params:
    """Return the query parameters, without those that are None."""
    repeated = [(name, value) for name, values in more.items() for value in values]
    return (*((name, str(value)) for name, value in pairs if value is not None), *repeated)
