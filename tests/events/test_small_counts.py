"""Small counts: whom only aggregates are for is told no count of one to four people, anywhere."""

import pytest

from services.kernel.auth import Grant, Role
from tests.events.happening import COORDINATION, COORDINATOR, ELSEWHERE, FUNDER, PAST, an_event, person

PARTNER = Grant(Role.partner)
BOTH = (FUNDER, Grant(Role.coordinator, coordination_id=ELSEWHERE))
ASKED = {"coordination": str(COORDINATION), "period": "2026S1"}
COUNTS = ["confirmed_count", "waiting_count", "cancelled_count", "attended_count", "headcount", "participants"]


async def held(asking, heads, **facts):
    staff = asking("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST, **facts)
    if heads is not None:
        assert (await staff.put(f"/v1/events/{event['id']}/headcount", {"count": heads})).status_code == 200
    return event


async def attended(asking, event, people):
    for number in range(people):
        body = {name: value for name, value in person(number).items() if name != "privacy_accepted"}
        entered = await asking("events", COORDINATOR).post(f"/v1/events/{event['id']}/walk-ins", body)
        assert entered.status_code == 201, entered.text


async def the_measure(caller, key):
    answer = await caller.get("/v1/measures", **ASKED, keys=[key])
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][0]


@pytest.mark.parametrize("who", [(FUNDER,), (PARTNER,), BOTH], ids=["funder", "partner", "coordinator-elsewhere"])
@pytest.mark.parametrize(("heads", "state"), [(0, "zero"), (1, "hidden"), (4, "hidden"), (5, "value")])
async def test_one_to_four_participants_are_hidden_and_nought_is_not(asking, who, heads, state):
    await held(asking, heads)
    told = await the_measure(asking("events", *who), "coffee_part")
    assert told["state"] == state
    if state == "hidden":
        assert (told["value"], told["extra"], told["reason"]) == (None, [], "small_count")
        assert told["rows"]
    assert (await the_measure(asking("events", COORDINATOR), "coffee_part"))["value"] == str(heads)
    # Events are no persons.
    assert (await the_measure(asking("events", *who), "coffee"))["value"] == "1"


async def test_few_organisations_are_hidden_beside_many_participants(asking):
    await attended(asking, await held(asking, None), 6)
    told, known = [await the_measure(asking("events", who), "coffee_part") for who in (FUNDER, COORDINATOR)]
    assert told["value"] == known["value"] == "6"
    assert "organisations" not in {one["key"] for one in told["extra"]}
    assert "organisations" in {one["key"] for one in known["extra"]}


async def test_the_summary_hides_small_sums_and_sums_with_a_small_part(asking):
    for heads, facts in ((20, {"type": "webinar"}), (8, {"type": "network_day"})):
        await held(asking, heads, **facts)
    funder, staff = asking("events", FUNDER), asking("events", COORDINATOR)
    assert (await funder.get("/v1/summary", **ASKED)).json()["attendances"] == 28
    # Less the measure of the national days, the sum would tell the regional day's three.
    await held(asking, 3, type="network_day", scope="regional")
    told, known = [(await who.get("/v1/summary", **ASKED)).json() for who in (funder, staff)]
    assert (told["attendances"], known["attendances"]) == (None, 31)
    assert told["by_type"] == known["by_type"]
    assert {one["type"]: one["held"] for one in known["by_type"]} == {"webinar": 1, "network_day": 2}


async def test_the_summary_hides_few_registrations_and_organisations(asking):
    event = await held(asking, None)
    await attended(asking, event, 3)
    told, known = [(await asking("events", who).get("/v1/summary", **ASKED)).json() for who in (FUNDER, COORDINATOR)]
    assert [told[name] for name in ("registrations", "attendances", "organisations")] == [None] * 3
    assert [known[name] for name in ("registrations", "attendances", "organisations")] == [3, 3, 3]


async def test_the_rows_behind_a_figure_tell_a_funder_no_count_of_people(asking):
    await attended(asking, await held(asking, None, capacity=50), 3)
    funder = asking("events", FUNDER)
    address = (await the_measure(funder, "coffee_part"))["rows"].removeprefix("/api/events")
    [row] = (await funder.get(address)).json()["items"]
    detail = (await funder.get(f"/v1/events/{row['id']}")).json()
    for told in (row, detail):
        assert [told[name] for name in COUNTS] == [None] * len(COUNTS)
        # Capacity less free seats would be the count.
        assert (told["capacity"], told["seats_left"]) == (50, None)
    for form in ("csv", "jsonl"):
        assert "47" not in (await funder.get(f"{address}&format={form}")).text.replace(row["id"], "")


async def test_free_seats_are_told_to_strangers_from_nobody_and_from_five_on(asking):
    event = await an_event(asking("events", COORDINATOR), capacity=30, slug="kahvit")
    seen = []
    for number in range(6):
        seen.append((await asking("events").get("/v1/events/kahvit")).json()["seats_left"])
        json_ld = (await asking("events").get("/v1/events/kahvit/event.jsonld")).json()
        assert json_ld.get("remainingAttendeeCapacity") == seen[-1]
        await asking("events").post(f"/v1/events/{event['id']}/registrations", person(number))
    assert seen == [30, None, None, None, None, 25]
