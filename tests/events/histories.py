"""Random histories of an event and of the people in two shared mailboxes, over HTTP."""

import random
from datetime import timedelta
from typing import Any

import httpx

from tests.client import ApiClient
from tests.events.mailing import JOIN_URL
from tests.factories import FUTURE, an_event

NAMES = ("Aino Aalto", "Eero Eskola", "Liisa Laine", "Väinö Virta")
PLACES = ("Säätytalo", "Kulttuuritalo; pieni sali", "Työväentalo, Tampere")
STEPS = 5


class History:
    """One event and what happens to it, drawn by a seed."""

    def __init__(self, seed: int, staff: ApiClient, public: ApiClient) -> None:
        self.seed, self.staff, self.public = seed, staff, public
        self.draw = random.Random(seed)  # noqa: S311 - Repeatable, not secret.
        self.event: dict[str, Any] = {}
        self.registrations: list[str] = []

    async def begin(self) -> None:
        """Enter an event of one to three seats with a waiting list."""
        facts = {"capacity": self.draw.randint(1, 3), "waiting_list": "auto", "mode": "hybrid", "join_url": JOIN_URL}
        self.event = await an_event(self.staff, title={"fi": f"Kahvit {self.seed}"}, venue={"fi": PLACES[0]}, **facts)
        for _ in range(3):
            await self.register()

    async def step(self) -> None:
        """Do one thing."""
        steps = {
            self.register: 6,
            self.force: 1,
            self.cancel: 4,
            self.rename: 2,
            self.reschedule: 2,
            self.move: 2,
            self.move_online: 1,
            self.postpone: 2,
            self.enlarge: 1,
            self.cancel_event: 1,
        }
        [step] = self.draw.choices(list(steps), list(steps.values()))
        await step()

    async def register(self, **facts: object) -> None:
        """Register one of four persons of two mailboxes, in one of the spellings of their address."""
        name = self.draw.choice(NAMES)
        office = f"toimisto{self.seed}{'ab'[NAMES.index(name) % 2]}"
        email = self.draw.choice(
            [f"{office}@virasto.example", f"{office}+x@virasto.example", f"{office.upper()}@virasto.example"]
        )
        body = {"name": self.draw.choice([name, name.upper()]), "email": email, "privacy_accepted": True, **facts}
        caller = self.staff if facts else self.public
        answer = await caller.post(f"/v1/events/{self.event['id']}/registrations", body)
        assert answer.status_code in {201, 409}, answer.text
        if answer.status_code == 201:
            self.registrations.append(answer.json()["id"])

    async def force(self) -> None:
        """Give somebody a seat beyond the capacity, perhaps while registration is closed."""
        await self.register(force_reason="Puhuja")

    async def cancel(self) -> None:
        """Cancel a registration, perhaps for the second time."""
        answer = await self.staff.post(f"/v1/registrations/{self.draw.choice(self.registrations)}/cancel")
        assert answer.status_code == 200, answer.text

    async def rename(self) -> None:
        """Correct a name."""
        address = f"/v1/registrations/{self.draw.choice(self.registrations)}"
        row = (await self.staff.get(address)).json()
        answer = await self.staff.patch(address, {"name": f"{row['name']}-Uusi"}, version=row["version"])
        assert answer.status_code in {200, 409}, answer.text

    async def reschedule(self) -> None:
        """Give the event a new date, which ends a postponement."""
        starts_at = FUTURE + timedelta(days=self.draw.randint(-300, 200), minutes=15 * self.draw.randint(0, 20))
        ends_at = starts_at + timedelta(minutes=15 * self.draw.randint(1, 12))
        await self._change(starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat())

    async def move(self) -> None:
        """Give the event another venue."""
        await self._change(mode="hybrid", venue={"fi": self.draw.choice(PLACES)})

    async def move_online(self) -> None:
        """Move the event online."""
        await self._change(event_status="moved_online")

    async def postpone(self) -> None:
        """Take the date from the event."""
        await self._change(event_status="postponed")

    async def enlarge(self) -> None:
        """Add a seat, which promotes whoever waits."""
        await self._change(capacity=self.event["capacity"] + 1)

    async def cancel_event(self) -> None:
        """Cancel the event, half of the times."""
        if self.draw.random() < 0.5:
            answer = await self.staff.post(f"/v1/events/{self.event['id']}/cancel", {"reason": {"fi": "Myrsky"}})
            self._read(answer)

    async def _change(self, **facts: object) -> None:
        address = f"/v1/events/{self.event['id']}"
        self._read(await self.staff.patch(address, facts, version=self.event["version"]))

    def _read(self, answer: httpx.Response) -> None:
        assert answer.status_code in {200, 409}, answer.text
        if answer.status_code == 200:
            self.event = answer.json()
