"""How many people a second register to one hot event over HTTP. Leaves one cancelled event behind.

All callers have one address: start the installation with VIPU_PUBLIC_RATE=1000000/minute, or the most are refused.
"""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from benchmarks.measuring import arguments, at_once, machine, told


async def main() -> None:
    """Make an event, let all register, count what stands, cancel it."""
    target, wanted = arguments(
        str(__doc__),
        people=(500, 20_000, "Who register"),
        seats=(400, 20_000, "Seats; the others wait"),
        callers=(32, 512, "Callers at once"),
    )
    machine()
    staff = target.bearer("--role", "admin")
    home = "/api/registry/v1/projects/parempi-tyoelama"
    async with target.client(headers=staff) as admin, target.client(at_once=wanted.callers) as public:
        starts_at = datetime.now(UTC) + timedelta(days=30)
        body = {
            "coordination_id": (await admin.get(home)).json()["id"],
            "type": "other",
            "title": {"fi": f"Mittaus {time.time_ns()}"},
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
            "capacity": wanted.seats,
            "waiting_list": "auto",
            "marked_as": "invented",
        }
        event = f"/api/events/v1/events/{(await admin.post('/api/events/v1/events', json=body)).json()['id']}"
        (await admin.post(f"{event}/publish")).raise_for_status()
        answers: Counter[str] = Counter()

        async def register(number: int) -> None:
            person = {"name": f"Mittaaja {number}", "email": f"mittaaja{number}@mittaus.example"}
            answer = await public.post(f"{event}/registrations", json={**person, "privacy_accepted": True})
            answers[
                answer.json().get("state", str(answer.status_code)) if answer.is_success else answer.text[:200]
            ] += 1

        seconds, took = await at_once(wanted.people, wanted.callers, register)
        told(f"registrations, {wanted.callers} callers", seconds, took=took)
        stands = (await admin.get(event)).json()
        print(f"answers {dict(answers)}; confirmed {stands['confirmed_count']} of {wanted.seats} seats, ", end="")
        print(f"waiting {stands['waiting_count']}")
        (await admin.post(f"{event}/cancel", json={"reason": {"fi": "Mittaus päättyi"}})).raise_for_status()


asyncio.run(main())
