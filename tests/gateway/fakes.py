"""Fakes of the upstream services, which follow the contract or break it on purpose."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from services.contracts import measures
from services.contracts.measures import SERVICE_OF

COORDINATION = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"
OTHER = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d22"
NOW = "2026-11-20T10:00:00Z"

Behaviour = Callable[[Any, Any], Awaitable[None]]


def project(
    identifier: str = COORDINATION, slug: str = "parempi-tyoelama", *, leads: bool = True, state: str = "running"
) -> dict:
    return {
        "id": identifier,
        "slug": slug,
        "name": {"fi": slug.title()},
        "leads": leads,
        "state": state,
        "a_later_field": 1,
    }


SUMMARIES = {
    "registry": {
        "projects_by_state": [{"code": "running", "count": 7}, {"code": "ended", "count": 2}],
        "projects_by_kind": [{"code": "regional", "count": 9}],
        "projects_by_region": [{"scheme": "maakunta", "code": "06", "name": {"fi": "Pirkanmaa"}, "count": 3}],
        "funding": [{"kind": "granted", "source": "public", "amount": "1000.50", "currency": "EUR"}],
        "computed_at": NOW,
    },
    "events": {
        "by_type": [{"type": "hankekahvit", "planned": 1, "held": 5, "cancelled": 0}],
        "registrations": 120,
        "attendances": 100,
        "attendances_qualifier": None,
        "organisations": 12,
        "organisations_state": "value",
        "organisations_qualifier": None,
        "computed_at": NOW,
    },
    "feedback": {
        "surveys": 5,
        "invited": 100,
        "answers": 40,
        "mean": "4.1",
        "mean_qualifier": None,
        "n": 40,
        "nps": 30,
        "nps_qualifier": None,
        "nps_n": 30,
        "response_rate": "40.0",
        "computed_at": NOW,
    },
}


class FakeUpstream:
    """One fake service, with its bodies by path and the requests that it got."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.requests: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []
        self.behaviour: Behaviour | None = None
        self.bodies: dict[str, Any] = {"/v1/summary": SUMMARIES[name]}
        self.status: dict[str, int] = {}
        self.figures: dict[str, measures.MeasureRead] = {
            key: measures.without_value(key, measures.MeasureState.no_data, reason="not_recorded")
            for key, service in SERVICE_OF.items()
            if service == name
        }
        self.former_figures: dict[str, measures.MeasureRead] = {}
        # By key: states that no catalogue has yet.
        self.later_states: dict[str, str] = {}

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:
        query = parse_qs(scope["query_string"].decode())
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append((scope["path"], query, headers))
        if self.behaviour is not None:
            await self.behaviour(scope, send)
            return
        body = self._measures(query) if scope["path"] == "/v1/measures" else self.bodies.get(scope["path"])
        status = self.status.get(scope["path"], 200 if body is not None else 404)
        await answer(send, json.dumps(body).encode(), status=status)

    def _measures(self, query: dict[str, list[str]]) -> dict:
        former = query["period"] == ["2026S1"]
        figures = {**self.figures, **(self.former_figures if former else {})}
        items = [figure for key, figure in figures.items() if key in query.get("keys", [key])]
        return {
            "service": self.name,
            "coordination_id": query["coordination"][0],
            "period": {"label": query["period"][0], "first_on": "2026-07-01", "last_on": "2026-12-31"},
            "computed_at": NOW,
            "items": [self._with_later_state(item) for item in items],
        }

    def _with_later_state(self, item: measures.MeasureRead) -> dict:
        facts = json.loads(item.model_dump_json())
        return {**facts, "state": self.later_states.get(item.key, facts["state"])}


async def answer(
    send: Any, body: bytes, *, status: int = 200, kind: str = "application/json", more: dict[str, str] | None = None
) -> None:
    headers = [(b"content-type", kind.encode()), *((k.encode(), v.encode()) for k, v in (more or {}).items())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def html(scope: Any, send: Any) -> None:
    await answer(send, b"<h1>Welcome to nginx!</h1>", kind="text/html")


async def truncated(scope: Any, send: Any) -> None:
    await answer(send, b'{"surveys": 5, "invi')


async def huge(scope: Any, send: Any) -> None:
    await answer(send, b" " * 3_000_000)


async def wrong_shape(scope: Any, send: Any) -> None:
    await answer(send, b'{"surveys": "many", "secret": "<script>"}')


async def failing(scope: Any, send: Any) -> None:
    await answer(send, b'{"code": "internal-error"}', status=500, kind="application/problem+json")


async def redirecting(scope: Any, send: Any) -> None:
    await answer(send, b"{}", status=302, more={"location": "http://169.254.169.254/"})


async def crashing(scope: Any, send: Any) -> None:
    raise RuntimeError("a bug in the service")


async def compressed(scope: Any, send: Any) -> None:
    await answer(send, b"\x1f\x8b", more={"content-encoding": "gzip"})


async def silent(scope: Any, send: Any) -> None:
    await asyncio.Event().wait()


async def dripping(scope: Any, send: Any) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while True:
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.sleep(0.02)
