"""The events of the invented year: entered, with registrations and attendance."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID, uuid5

from services.demo.caller import Body, Caller, for_each
from services.demo.people import Person, invent_people
from services.demo.programmes import Facts
from services.demo.registrations import register
from services.demo.year import SEED, PlannedEvent, plan_year
from services.kernel.background.messages import JsonValue
from services.kernel.clock import helsinki_day
from services.kernel.data.db import Database

PEOPLE_COUNT = 420
# The names of invented calls become ids in this namespace.
_CALLS = UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9dca")
_PRESENT_SHARE = 0.79
_EARLY_SHARE = 0.4
_DESCRIPTION: dict[str, JsonValue] = {
    "fi": "Keksitty esimerkkitapahtuma: ihmiset, organisaatiot ja palaute eivät ole todellisia.",
    "sv": "Påhittat exempel: personerna, organisationerna och responsen är inte verkliga.",
    "en": "An invented example: its people, organisations and feedback are not real.",
}


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """An event of the past, with the number of people present, who may answer a survey about it."""

    id: str
    plan: PlannedEvent
    present: int


async def load_events(caller: Caller, events: Database, coordination_id: str, now: datetime) -> list[HeldEvent]:
    """Enter the events of the year with their registrations, and the held ones with attendance.

    `events` is the database of the events service: people register for the events of the past too.

    Returns: the held events with attendance, by start.
    """
    chance = Random(SEED)  # noqa: S311 - Invented data, not a secret.
    people = invent_people(chance, PEOPLE_COUNT)
    held: list[HeldEvent] = []
    plans = plan_year(helsinki_day(now))
    drawn = {id(plan): chance.sample(people, min(plan.expected, PEOPLE_COUNT)) for plan in plans}

    async def enter(plan: PlannedEvent) -> None:
        event = await _enter(caller, plan, coordination_id)
        if plan.ends_at > now:
            await register(events, event, drawn[id(plan)][: int(plan.expected * _EARLY_SHARE)])
            if plan.cancelled:
                reason: Body = {"fi": "Puhuja sairastui.", "sv": "Talaren insjuknade.", "en": "The speaker fell ill."}
                await caller.post("events", f"/v1/events/{event}/cancel", {"reason": reason})
        elif plan.headcount is not None:
            await caller.put("events", f"/v1/events/{event}/headcount", {"count": plan.headcount})
        else:
            present = await _hold(caller, events, event, drawn[id(plan)], seed=f"{SEED}{plan.starts_at}")
            held.append(HeldEvent(event, plan, present))
            await _mark_outcome(caller, plan, event)

    await for_each(plans, enter)
    return sorted(held, key=lambda event: event.plan.starts_at)


async def _enter(caller: Caller, plan: PlannedEvent, coordination_id: str) -> str:
    body: Body = {
        "coordination_id": coordination_id,
        "type": plan.type,
        "title": {"fi": plan.title_fi, "sv": plan.title_sv, "en": plan.title_en},
        "description": _DESCRIPTION,
        "marked_as": "invented",
        "starts_at": plan.starts_at.isoformat(),
        "ends_at": plan.ends_at.isoformat(),
        "mode": plan.mode,
        "scope": plan.scope,
        "areas": [{"scheme": plan.area[0], "code": plan.area[1]}] if plan.area else [],
        "themes": list(plan.themes),
        "target_groups": list(plan.target_groups),
        "call_ids": [str(uuid5(_CALLS, plan.call))] if plan.call else [],
        "languages": ["fi"],
        "venue": {"fi": plan.venue} if plan.venue else None,
        "join_url": "https://kokous.example/vipu" if plan.mode != "onsite" and plan.headcount is None else None,
        "capacity": plan.capacity,
        "waiting_list": "auto" if plan.capacity is not None else "off",
        "registration_required": plan.headcount is None,
        "wants_feedback": plan.headcount is None,
        "cancel_until_before_start": "P1D" if plan.capacity is not None else None,
    }
    event = await caller.post("events", "/v1/events", body)
    await caller.post("events", f"/v1/events/{event['id']}/publish")
    return str(event["id"])


async def _mark_outcome(caller: Caller, plan: PlannedEvent, event: str) -> None:
    """Mark the themes that the event dealt with, those that were announced as its main ones."""
    if plan.dealt_with is None:
        return
    main = [theme for theme in plan.dealt_with if theme in plan.themes]
    touched = [theme for theme in plan.dealt_with if theme not in plan.themes]
    body: Body = {"themes": {"main": list(main), "touched": list(touched)}}
    await caller.put("events", f"/v1/events/{event}/outcome", body)


async def _hold(caller: Caller, events: Database, event: str, people: list[Person], *, seed: str) -> int:
    """Register the people and mark most of them as attended. Returns how many attended."""
    await register(events, event, people)
    chance = Random(seed)  # noqa: S311 - Invented data, not a secret.
    confirmed = await _confirmed(caller, event)
    marks: list[JsonValue] = [
        {"registration_id": str(row["id"]), "status": "attended" if chance.random() < _PRESENT_SHARE else "no_show"}
        for row in confirmed
    ]
    for start in range(0, len(marks), 100):
        await caller.put("events", f"/v1/events/{event}/attendance", {"items": marks[start : start + 100]})
    return sum(1 for mark in marks if isinstance(mark, dict) and mark["status"] == "attended")


async def _confirmed(caller: Caller, event: str) -> list[Facts]:
    rows: list[Facts] = []
    cursor: JsonValue = None
    while True:
        after = {"cursor": str(cursor)} if cursor else {}
        page = await caller.get("events", f"/v1/events/{event}/registrations", state="confirmed", limit="100", **after)
        rows += page["items"]  # type: ignore[arg-type]  # A page of a list always has items.
        cursor = page["next_cursor"]
        if cursor is None:
            return rows
