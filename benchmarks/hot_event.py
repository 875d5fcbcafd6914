"""A hot event for a benchmark: it is made, published, registered for, counted, and cancelled again."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from benchmarks.callers import prepared
from benchmarks.measuring import Target


@dataclass(frozen=True, slots=True)
class HotEvent:
    """An event that everybody may register for."""

    url: str
    admin: httpx.AsyncClient

    def registration(self, number: int) -> bytes:
        """Return the request by which one person registers; each number is another person."""
        person = {
            "name": f"Mittaaja {number}",
            "email": f"mittaaja{number}@mittaus.example",
            "organisation": f"Yritys {number % 200} Oy",
            "privacy_accepted": True,
        }
        return prepared("POST", f"{self.url}/registrations", person)

    async def counts(self) -> tuple[int, int]:
        """Return how many have a seat, and how many wait."""
        event = (await self.admin.get(self.url)).raise_for_status().json()
        return event["confirmed_count"], event["waiting_count"]

    async def live_rows(self) -> int:
        """Count the registrations in the export for staff, row by row."""
        export = await self.admin.get(f"{self.url}/registrations", params={"format": "jsonl"})
        return len(export.raise_for_status().text.splitlines())


@asynccontextmanager
async def hot_event(target: Target, *, seats: int, waiting_list: str) -> AsyncIterator[HotEvent]:
    """Make and publish an event; cancel it at the end."""
    async with target.client(headers=target.bearer("--role", "admin")) as admin:
        events = f"{target.events}/v1/events"
        some = (await admin.get(events, params={"limit": 1})).raise_for_status().json()["items"][0]
        starts_at = datetime.now(UTC) + timedelta(days=30)
        body = {
            "coordination_id": some["coordination_id"],
            "type": "other",
            "title": {"fi": f"Mittaus {time.time_ns()}"},
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
            "capacity": seats,
            "waiting_list": waiting_list,
            "marked_as": "invented",
        }
        made = (await admin.post(events, json=body)).raise_for_status().json()
        hot = HotEvent(f"{events}/{made['id']}", admin)
        (await admin.post(f"{hot.url}/publish")).raise_for_status()
        yield hot
        (await admin.post(f"{hot.url}/cancel", json={"reason": {"fi": "Mittaus päättyi"}})).raise_for_status()
