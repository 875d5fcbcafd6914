"""The invented answers: anonymous ones, through one-time tickets as in reality."""

from datetime import datetime, timedelta
from random import Random

from services.demo.caller import Body, Caller, for_each
from services.demo.events import HeldEvent
from services.demo.year import SEED
from services.kernel.background.messages import JsonValue

_ANSWERING_SHARE = 0.62
# The events service itself makes the feedback invitations of younger events; their tickets are in the mailbox.
LEFT_TO_THE_SERVICE = timedelta(days=15)
_SPREAD = 0.85
_PLANS = ("Kokeilemme omassa hankkeessa.", "Jaan tiimille.", "Otan mittarin käyttöön syksyllä.", "")


async def load_answers(caller: Caller, held: list[HeldEvent], now: datetime) -> None:
    """Make a survey of every event that is old enough, answer it, and close it: the close releases the results."""
    due = [event for event in held if event.present and event.plan.ends_at < now - LEFT_TO_THE_SERVICE]

    async def fill(event: HeldEvent) -> None:
        survey = await _survey(caller, event, now)
        tickets = await caller.post("feedback", "/v1/tickets/batches", {"survey_id": survey, "count": event.present})
        await _answer(caller, event, survey, tickets["tickets"])
        await caller.post("feedback", f"/v1/surveys/{survey}/close")

    await for_each(due, fill)


async def _survey(caller: Caller, event: HeldEvent, now: datetime) -> str:
    body: Body = {
        "template": "event_core",
        "event": {"event_id": event.id},
        "closes_at": (now + timedelta(days=1)).isoformat(),
    }
    return str((await caller.post("feedback", "/v1/surveys", body))["id"])


async def _answer(caller: Caller, event: HeldEvent, survey: str, tickets: JsonValue) -> None:
    assert isinstance(tickets, list)
    chance = Random(f"{SEED}{event.plan.starts_at}")  # noqa: S311 - Invented data, not a secret.
    for ticket in tickets:
        if chance.random() > _ANSWERING_SHARE:
            continue
        body: Body = {"version": 1, "language": "fi", "complete": True, "answers": _opinion(chance, event)}
        address = f"/v1/surveys/{survey}/responses"
        await caller.post("feedback", address, body, headers={"X-Ticket": str(ticket)})


def _opinion(chance: Random, event: HeldEvent) -> Body:
    mood = chance.gauss(event.plan.satisfaction, _SPREAD)

    def scale(shift: float) -> int:
        return min(5, max(1, round(mood + shift + chance.gauss(0, 0.4))))

    opinion: Body = {
        "overall": scale(0),
        "usefulness": scale(-0.1),
        "clarity": scale(0.05),
        "arrangements": scale(0.2),
        "recommend": min(10, max(0, round(mood * 2 + chance.gauss(0.2, 0.8)))),
    }
    if plan := chance.choice(_PLANS):
        opinion["practice"] = plan
    return opinion
