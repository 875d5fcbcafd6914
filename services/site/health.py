"""The health of all services together: alive, ready, measured."""

import asyncio
from collections.abc import Iterator, Sequence

import httpx
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .upstreams import Upstreams

_ANSWER_SECONDS = 2.0


async def alive(_request: Request) -> Response:
    """Say that the site itself answers."""
    return JSONResponse({"status": "alive", "service": "site"}, headers={"Cache-Control": "no-store"})


async def ready(request: Request) -> Response:
    """Say whether every service is ready, and which ones are not: 503 then."""
    upstreams: Upstreams = request.app.state.upstreams
    states = dict(
        zip(upstreams.urls, await asyncio.gather(*(_state(upstreams, name) for name in upstreams.urls)), strict=True)
    )
    good = all(state == "ready" for state in states.values())
    body = {"status": "ready" if good else "not-ready", "services": states}
    headers = {"Cache-Control": "no-store"} | ({} if good else {"Retry-After": "5"})
    return JSONResponse(body, status_code=200 if good else 503, headers=headers)


async def _state(upstreams: Upstreams, name: str) -> str:
    response = await _response(upstreams, name, "/readyz")
    if response is None:
        return "unreachable"
    return "ready" if response.status_code == httpx.codes.OK else "not-ready"


async def _response(upstreams: Upstreams, name: str, path: str) -> httpx.Response | None:
    try:
        return await upstreams.client.get(upstreams.urls[name] + path, timeout=_ANSWER_SECONDS)
    except httpx.HTTPError:
        return None


async def metrics(request: Request) -> Response:
    """Return the measurements of all services in one text; the label `service` names the service of each."""
    upstreams: Upstreams = request.app.state.upstreams
    responses = await asyncio.gather(*(_response(upstreams, name, "/metrics") for name in upstreams.urls))
    texts = [
        (name, response.text)
        for name, response in zip(upstreams.urls, responses, strict=True)
        if response is not None and response.status_code == httpx.codes.OK
    ]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Merged(texts))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Merged(Collector):
    """The families of several texts, each family once, as the format requires."""

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        self._texts = texts

    def collect(self) -> Iterator[Metric]:
        """Yield every family with the samples of all services."""
        families: dict[str, Metric] = {}
        for service, text in self._texts:
            for family in text_string_to_metric_families(text):
                kept = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    labels = {**sample.labels, "service": service}
                    kept.add_sample(sample.name, labels, sample.value, sample.timestamp, sample.exemplar)
        yield from families.values()
