"""The kick-offs of two ended programmes: real events of which only the day is known."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from services.contracts.periods import HELSINKI
from services.demo.caller import Body, Caller
from services.demo.programmes import Facts, programme_facts
from services.kernel.background.messages import JsonValue

MUUTOSTURVA: Final = "yhteistyolla-muutosturvaa"
KUNTAKOKEILUT: Final = "tyollisyyden-kuntakokeilut"
_HEADCOUNT: Final = "Starttitilaisuuden osallistujat"


@dataclass(frozen=True, slots=True)
class KickOff:
    """A kick-off as its source describes it; the whole Helsinki day stands for hours that no source states."""

    programme: str
    title: dict[str, JsonValue]
    description: dict[str, JsonValue]
    day: date
    # Over so many people came.
    headcount: int | None = None

    @property
    def starts_at(self) -> datetime:
        """The begin of the day in Helsinki."""
        return _midnight(self.day)

    @property
    def ends_at(self) -> datetime:
        """The end of the day in Helsinki."""
        return _midnight(self.day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HELSINKI).astimezone(UTC)


def kick_offs() -> list[KickOff]:
    """Return both kick-offs, the older first."""
    facts = programme_facts()
    return [_of_experiments(facts[KUNTAKOKEILUT]), _of_pilots(facts[MUUTOSTURVA])]


def _of_experiments(facts: Facts) -> KickOff:
    event = facts["events"][0]
    headcount = next(one["value"] for one in facts["indicator_values"] if one["indicator"] == _HEADCOUNT)
    return KickOff(
        KUNTAKOKEILUT,
        title={"fi": "Työllisyyden kuntakokeilujen starttitilaisuus", "en": "Kick-off of the municipal trials"},
        description={
            "fi": f"Vain päivä on tiedossa, kellonaikoja ei. Osallistujia oli yli {headcount}. "
            f"Järjestäjät: {', '.join(facts['organisers'])}. Ohjelma: {', '.join(event['parts'])}. "
            f"Aineistot: {event['materials']}. Tallenne: {event['recording']}.",
            "en": f"Only the day is known, not the hours. There were over {headcount} participants.",
        },
        day=date.fromisoformat(event["date"]),
        headcount=headcount,
    )


def _of_pilots(facts: Facts) -> KickOff:
    event = facts["events"][0]
    return KickOff(
        MUUTOSTURVA,
        title={"fi": f"Muutosturvapilotit: {event['name'].lower()}", "en": "Kick-off of the change security pilots"},
        description={
            "fi": f"Vain päivä on tiedossa, ei kellonaikoja eikä osallistujamäärää. Tapa: {event['mode']}. "
            f"Ohjelma: {', '.join(event['program'])}.",
            "en": "Only the day is known, neither the hours nor the number of participants.",
        },
        day=date.fromisoformat(event["date"]),
    )


async def load_kick_offs(caller: Caller) -> None:
    """Enter both kick-offs under their own projects. Raises DemoRefusedError."""
    for kick_off in kick_offs():
        project = await caller.get("registry", f"/v1/projects/{kick_off.programme}")
        event = await caller.post("events", "/v1/events", _body(kick_off, project["id"]))
        await caller.post("events", f"/v1/events/{event['id']}/publish")
        if kick_off.headcount is not None:
            body: Body = {"count": kick_off.headcount, "qualifier": "over"}
            await caller.put("events", f"/v1/events/{event['id']}/headcount", body)


def _body(kick_off: KickOff, coordination_id: JsonValue) -> Body:
    return {
        "coordination_id": coordination_id,
        "type": "kick_off",
        "title": kick_off.title,
        "description": kick_off.description,
        "starts_at": kick_off.starts_at.isoformat(),
        "ends_at": kick_off.ends_at.isoformat(),
        "mode": "online",
        "scope": "national",
        "languages": ["fi"],
        "registration_required": False,
        "wants_feedback": False,
    }
