"""Participants are persons and heads: two parts of one figure, in whatever order they are recorded."""

import random
from itertools import permutations

import pytest

from services.contracts.spellings import spelling_key
from tests.events.mailing import received
from tests.factories import (
    COORDINATION,
    COORDINATOR,
    FUNDER,
    PAST,
    SERVICE,
    a_known_organisation,
    a_registration,
    an_event,
    person,
)
from tests.factories import registrations_of as registered

HYBRID = {"mode": "hybrid", "venue": {"fi": "Sali"}, "join_url": "https://meet.example/x"}
ASKED = {"coordination": str(COORDINATION), "period": "2026S1"}


async def held(client, **facts):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST, **facts)
    return staff, f"/v1/events/{event['id']}", event


async def participation(caller):
    """The coffee's participants and the attendances of the summary."""
    measure = (await caller.get("/v1/measures", keys="coffee_part", **ASKED)).json()["items"][0]
    return measure, (await caller.get("/v1/summary", **ASKED)).json()["attendances"]


async def test_forty_heads_and_one_name_are_forty_one_whichever_comes_first(client):
    for names_first in (True, False):
        staff, address, event = await held(client, type="webinar" if names_first else "hankekahvit")
        one = await a_registration(staff, event)
        steps = [
            ("attendance", {"items": [{"registration_id": one, "status": "attended"}]}),
            ("headcount", {"count": 40}),
        ]
        for part, body in steps if names_first else reversed(steps):
            assert (await staff.put(f"{address}/{part}", body)).status_code == 200
        row = (await staff.get(address)).json()
        assert [row[name] for name in ("attended_count", "heads", "participants")] == [1, 40, 41]
        assert (row["participants_state"], row["participants_qualifier"]) == ("value", None)
    measure, attendances = await participation(client("events", FUNDER))
    assert (float(measure["value"]), attendances) == (41, 82)


async def test_no_count_is_not_a_count_of_none(client):
    staff, address, _ = await held(client)
    funder = client("events", FUNDER)
    seen = []
    for count in (None, 0, 6, None):
        noted = (await staff.put(f"{address}/headcount", {"count": count})).json()
        row = (await funder.get(address)).json()
        measure, _ = await participation(funder)
        seen.append((noted["heads"], noted["participants"], row["participants_state"], measure["state"]))
    assert seen == [
        (None, 0, "no_data", "no_data"),
        (0, 0, "zero", "zero"),
        (6, 6, "value", "value"),
        (None, 0, "no_data", "no_data"),
    ]


@pytest.mark.parametrize(
    ("mode", "by_mode"), [("onsite", {"onsite": 7, "online": None}), ("online", {"onsite": None, "online": 7})]
)
async def test_a_count_alone_is_of_the_events_one_mode(client, mode, by_mode):
    staff, address, _ = await held(client, mode=mode)
    assert (await staff.put(f"{address}/headcount", {"count": 7})).json()["by_mode"] == by_mode


async def test_heads_and_persons_are_counted_by_mode(client):
    staff, address, _ = await held(client, **HYBRID)
    for number, mode in enumerate(["onsite", "online", "online", None]):
        body = {"name": f"Vieras {number}", "mode": mode}
        assert (await staff.post(f"{address}/walk-ins", body)).status_code == 201
    refused = await staff.put(f"{address}/headcount", {"count": 9})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "modes-needed")
    noted = (await staff.put(f"{address}/headcount", {"by_mode": {"onsite": 20, "online": 5}})).json()
    assert (noted["heads"], noted["by_mode"], noted["participants"]) == (25, {"onsite": 20, "online": 5}, 29)
    assert noted["participants_by_mode"] == {"onsite": 21, "online": 7, "unknown": 1}
    assert (await staff.put(f"{address}/headcount", {"by_mode": {"online": 0}})).json()["by_mode"] == {
        "onsite": None,
        "online": 0,
    }
    detail = (await staff.get(address)).json()
    assert detail["participants_by_mode"] == {"onsite": 1, "online": 2, "unknown": 1}
    public = (await client("events").get(address)).json()
    assert {public[name] for name in ("heads", "heads_by_mode", "participants_by_mode", "participants")} == {None}


async def test_what_qualifies_the_heads_stays_with_the_figure(client):
    staff, address, event = await held(client)
    kinds = {"municipality": 30, "company": 12}
    body = {"count": 60, "qualifier": "over", "by_organisation_kind": kinds}
    noted = (await staff.put(f"{address}/headcount", body)).json()
    assert (noted["qualifier"], noted["by_organisation_kind"]) == ("over", kinds)
    [one] = await registered(staff, event, 1)
    await staff.put(f"{address}/attendance", {"items": [{"registration_id": one, "status": "attended"}]})
    for caller in (staff, client("events", FUNDER)):
        row = (await caller.get("/v1/events")).json()["items"][0]
        assert (row["participants"], row["participants_qualifier"]) == (61, "over")
        exported = (await caller.get("/v1/events", format="csv")).text
        assert "over" in exported and "61" in exported
    assert (await staff.get(address)).json()["heads_by_organisation_kind"] == kinds
    assert (await client("events").get(address)).json()["participants_qualifier"] is None
    again = (await staff.put(f"{address}/headcount", {"count": 0, "qualifier": "about"})).json()
    assert (again["participants"], again["qualifier"], again["by_organisation_kind"]) == (1, "about", None)
    assert (await staff.get(address)).json()["participants_qualifier"] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"qualifier": "about"},
        {"count": None, "qualifier": "about"},
        {"by_mode": {}},
        {"count": None, "by_mode": {"onsite": 1, "online": 1}},
        {"count": 5, "by_mode": {"onsite": 1, "online": 1}},
        {"count": 5, "by_organisation_kind": {"company": 3, "agency": 3}},
        {"count": 5, "by_organisation_kind": {"circus": 3}},
        {"count": 5, "by_organisation_kind": {"company": -1}},
        {"count": 5, "qualifier": "nearly"},
        {"count": -1},
    ],
)
async def test_a_count_that_contradicts_itself_is_refused(client, body):
    staff, address, _ = await held(client)
    assert (await staff.put(f"{address}/headcount", body)).status_code == 422
    assert (await staff.get(address)).json()["heads"] is None


class History:
    """Random work at the desk of one hybrid event, over HTTP, and what must be true of it after each step."""

    def __init__(self, staff, address, seed, *, known):
        self.staff, self.address, self.known = staff, address, known
        self.draw = random.Random(seed)  # noqa: S311 - Not a secret.
        self.people = []  # Each person: `rows` (ids), `live` (whether the last row is), `came`, and their facts.
        self.heads = {}

    async def go(self, steps):
        work = [self.register] * 4 + [self.cancel] * 3 + [self.mark] * 5
        work += [self.walk_in, self.walk_in, self.count, self.rename, self.merge]
        for _ in range(steps):
            await self.draw.choice(work)()
            await self.check()

    async def register(self):
        again = [one for one in self.people if not one["live"] and one["email"]]
        number = len(self.people)
        fresh = {"name": f"Henkilö {number}", "email": f"h{number}@yritys.example", "rows": [], "came": False}
        known = self.draw.choice(again) if again and self.draw.random() < 0.6 else fresh
        organisation = f"Yritys {self.draw.randrange(3)} Oy"
        facts = {"name": known["name"], "email": known["email"], "organisation": organisation}
        mode = self.draw.choice(["onsite", "online", None])
        made = await self.staff.post(f"{self.address}/registrations", person(0, **facts, mode=mode))
        assert made.status_code == 201, made.text
        if known is fresh:
            self.people.append(fresh)
        known["rows"].append(made.json()["id"])
        known.update(live=True, mode=mode, organisation=organisation)

    async def cancel(self):
        if live := [one for one in self.people if one["live"]]:
            one = self.draw.choice(live)
            assert (await self.staff.post(f"/v1/registrations/{one['rows'][-1]}/cancel")).status_code == 200
            one["live"] = False

    async def mark(self):
        if self.people:
            one = self.draw.choice(self.people)
            status = self.draw.choice(["attended", "attended", "partially_attended", "no_show", "unknown"])
            items = [{"registration_id": self.draw.choice(one["rows"]), "status": status}]
            await self.staff.put(f"{self.address}/attendance", {"items": items})
            one["came"] = status.endswith("attended")

    async def walk_in(self):
        number = len(self.people)
        known = self.draw.choice([None, *self.people])
        name = known["name"] if known else f"Vieras {number}"
        body = {"name": name, "organisation": f"Vieras {number} Oy", "mode": self.draw.choice(["onsite", None])}
        first = await self.staff.post(f"{self.address}/walk-ins", body)
        assert first.status_code == (409 if known else 201), first.text
        made = await self.staff.post(f"{self.address}/walk-ins", {**body, "is_another_person": True})
        assert made.status_code == 201, made.text
        facts = {**body, "email": None, "rows": [made.json()["id"]], "live": True, "came": True}
        self.people.append(facts)

    async def count(self):
        self.heads = {mode: self.draw.randrange(9) for mode in ("onsite", "online") if self.draw.random() < 0.7}
        body = {"by_mode": self.heads} if self.heads else {"count": None}
        assert (await self.staff.put(f"{self.address}/headcount", body)).status_code == 200

    async def correct(self, one, **facts):
        version = (await self.staff.get(f"/v1/registrations/{one['rows'][-1]}")).json()["version"]
        corrected = await self.staff.patch(f"/v1/registrations/{one['rows'][-1]}", facts, version=version)
        assert corrected.status_code == 200, corrected.text

    async def rename(self):
        if single := [one for one in self.people if len(one["rows"]) == 1]:
            one, facts = self.draw.choice(single), {"organisation": f"Uusi {self.draw.randrange(3)} Oy"}
            if one["email"]:
                facts["name"] = f"{one['name']} Uusi"
            await self.correct(one, **facts)
            one.update(facts)

    async def merge(self):
        """A cancelled row turns out to be a new spelling of somebody with the same address."""
        number = len(self.people)
        await self.register()
        if len(self.people) == number:
            return
        other = self.people[-1]
        shared = {"name": f"Tuplana {number}", "email": other["email"], "organisation": None}
        made = await self.staff.post(f"{self.address}/registrations", person(0, **shared))
        twin = {**shared, "mode": None, "rows": [made.json()["id"]], "live": True, "came": False}
        self.people.append(twin)
        await self.mark()
        assert (await self.staff.post(f"/v1/registrations/{twin['rows'][0]}/cancel")).status_code == 200
        await self.correct(twin, name=other["name"])
        other["rows"].insert(0, twin["rows"][0])
        other["came"] |= twin["came"]
        self.people.remove(twin)

    async def check(self):
        came = [one for one in self.people if one["came"]]
        detail = (await self.staff.get(self.address)).json()
        assert detail["participants"] == (len(came) + sum(self.heads.values()) if came or self.heads else None)
        modes = {mode: self.heads.get(mode, 0) for mode in ("onsite", "online")}
        modes = {mode: heads + sum(one["mode"] == mode for one in came) for mode, heads in modes.items()}
        assert detail["participants_by_mode"] == {**modes, "unknown": sum(one["mode"] is None for one in came)}
        listed = (await self.staff.get(f"{self.address}/attendance", limit="100")).json()["items"]
        assert sorted(one["id"] for one in listed) == sorted(one["rows"][-1] for one in self.people)

    def counted(self):
        """Persons who are registered and who came, by the known organisation or the spelling that waits."""
        counts = {}
        for one in self.people:
            key = spelling_key(one["organisation"])
            key = self.known.get(key, key)
            registered, attended = counts.get(key, (0, 0))
            counts[key] = (registered + one["live"], attended + one["came"])
        return {key: pair for key, pair in counts.items() if key and pair != (0, 0)}


COUNTED = (
    "SELECT organisation_id::text, organisation_key, registered, attended FROM events.event_organisation_counts"
    " WHERE event_id = $1 AND (registered > 0 OR attended > 0)"
)
LATELY = "UPDATE events.events SET starts_at = now() - interval '3 hours', ends_at = now() - interval '2 hours'"


async def tell(client, superuser, seed, *, steps):
    staff, address, event = await held(client, **HYBRID)
    # Two of the organisations are known, and one of those that a correction writes.
    names = ("Yritys 0 Oy", "Yritys 1 Oy", "Uusi 0 Oy")
    known = {spelling_key(name): await a_known_organisation(client("events", SERVICE), name) for name in names}
    history = History(staff, address, seed, known=known)
    await history.go(steps)
    rows = await superuser.fetch(COUNTED, event["id"])
    counted = {row["organisation_id"] or row["organisation_key"]: (row["registered"], row["attended"]) for row in rows}
    assert (len(rows), counted) == (len(counted), history.counted())
    return {one["email"] for one in history.people if one["came"] and one["email"]}


async def invited(applications, superuser):
    await superuser.execute(LATELY)
    await applications.worker("events").drain()
    return [mail["To"].addresses[0].addr_spec for mail in await received(superuser)]


@pytest.mark.parametrize("seed", range(3))
async def test_a_short_history_ends_with_right_counts_and_tickets(client, applications, superuser, seed):
    wanted = await tell(client, superuser, seed, steps=9)
    assert sorted(await invited(applications, superuser)) == sorted(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 112))
async def test_a_history_ends_with_right_counts_and_tickets(client, applications, superuser, seed):
    wanted = await tell(client, superuser, seed, steps=40)
    assert sorted(await invited(applications, superuser)) == sorted(wanted)


@pytest.mark.slow
async def test_no_order_of_the_same_facts_makes_another_figure(client):
    for order in permutations(range(4)):
        staff, address, event = await held(client, **HYBRID)
        one, two = await registered(staff, event, 2)
        steps = [
            ("PUT", "attendance", {"items": [{"registration_id": one, "status": "attended"}]}),
            ("PUT", "attendance", {"items": [{"registration_id": two, "status": "partially_attended"}]}),
            ("PUT", "headcount", {"by_mode": {"onsite": 3, "online": 4}}),
            ("POST", "walk-ins", {"name": "Vieras"}),
        ]
        for step in order:
            method, part, body = steps[step]
            assert (await staff.send(method, f"{address}/{part}", json=body)).is_success
        assert (await staff.get(address)).json()["participants"] == 10
