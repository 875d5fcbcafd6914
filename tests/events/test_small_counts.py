"""Small counts: whom only aggregates are for is told no count of one to four people, anywhere."""

import csv
import io
from dataclasses import replace

import pytest

from services.contracts.measures import SummaryQuery
from services.contracts.roles import Grant, Role, Scope
from services.contracts.vocabulary import PROJECT_COFFEES
from services.events.measures import queries
from services.events.measures.terms import Selection
from services.kernel.figures import authorised_request
from services.kernel.security.auth import Principal
from tests.factories import (
    COORDINATION,
    COORDINATOR,
    ELSEWHERE,
    FUNDER,
    PAST,
    SERVICE,
    a_known_organisation,
    an_event,
    known_organisations,
    person,
)

PARTNER = Grant(Role.partner)
COFFEES = Selection(PROJECT_COFFEES)
BOTH = (FUNDER, Grant(Role.coordinator, coordination_id=ELSEWHERE))
ASKED = {"coordination": str(COORDINATION), "period": "2026S1"}
COUNTS = ["confirmed_count", "waiting_count", "cancelled_count", "attended_count", "heads"]


async def held(client, heads, **facts):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST, **facts)
    if heads is not None:
        assert (await staff.put(f"/v1/events/{event['id']}/headcount", {"count": heads})).status_code == 200
    return event


async def attended(client, event, people):
    for number in range(people):
        body = {name: value for name, value in person(number).items() if name != "privacy_accepted"}
        entered = await client("events", COORDINATOR).post(f"/v1/events/{event['id']}/walk-ins", body)
        assert entered.status_code == 201, entered.text


async def the_measure(caller, key):
    answer = await caller.get("/v1/measures", **ASKED, keys=[key])
    assert answer.status_code == 200, answer.text
    return answer.json()["items"][0]


@pytest.mark.parametrize("who", [(FUNDER,), (PARTNER,), BOTH], ids=["funder", "partner", "coordinator-elsewhere"])
@pytest.mark.parametrize(("heads", "state"), [(0, "zero"), (1, "hidden"), (4, "hidden"), (5, "value")])
async def test_one_to_four_participants_are_hidden_and_nought_is_not(client, who, heads, state):
    await held(client, heads)
    told = await the_measure(client("events", *who), "coffee_part")
    assert told["state"] == state
    if state == "hidden":
        assert (told["value"], told["extra"], told["reason"]) == (None, [], "small_count")
        assert told["rows"]
    assert (await the_measure(client("events", COORDINATOR), "coffee_part"))["value"] == str(heads)
    # Events are no persons.
    assert (await the_measure(client("events", *who), "coffee"))["value"] == "1"


async def test_the_number_of_events_is_disclosed_beside_a_hidden_number_of_participants(client):
    await held(client, 3)
    answer = await client("events", FUNDER).get("/v1/measures", **ASKED, keys=["coffee", "coffee_part"])
    told = {item["key"]: (item["state"], item["value"]) for item in answer.json()["items"]}
    assert told == {"coffee": ("value", "1"), "coffee_part": ("hidden", None)}


async def test_few_organisations_are_hidden_beside_many_participants(client):
    await known_organisations(client("events", SERVICE))
    await attended(client, await held(client, None), 6)
    told, known = [await the_measure(client("events", who), "coffee_part") for who in (FUNDER, COORDINATOR)]
    assert told["value"] == known["value"] == "6"
    [hidden] = [one for one in told["extra"] if one["key"] == "organisations"]
    assert (hidden["state"], hidden["value"]) == ("hidden", None)
    assert [one["value"] for one in known["extra"]] == ["3", "1", "6.0"]


async def attended_by_organisations(client, event, names):
    for number, name in enumerate(names):
        body = {"name": person(number)["name"], "organisation": name}
        entered = await client("events", COORDINATOR).post(f"/v1/events/{event['id']}/walk-ins", body)
        assert entered.status_code == 201, entered.text


async def seven_organisations(client):
    names = [f"Kunta {number}" for number in range(7)]
    for name in names:
        await a_known_organisation(client("events", SERVICE), name)
    return names


def organisations_in(figure):
    return {
        (one["key"], one["subject"]): (one["state"], one["value"])
        for one in figure["extra"]
        if one["key"].endswith("organisations")
    }


async def test_the_organisations_of_a_call_are_hidden_with_its_people(client):
    names = await seven_organisations(client)
    first, second = str(ELSEWHERE), str(COORDINATION)
    await attended_by_organisations(client, await held(client, None, type="call_info", call_ids=[first]), names[:3])
    await attended_by_organisations(client, await held(client, None, type="call_info", call_ids=[second]), names)
    told, known = [await the_measure(client("events", who), "call_part") for who in (FUNDER, COORDINATOR)]
    assert told["value"] == known["value"] == "10"
    both, in_first, in_second = ("organisations", None), *(("call_organisations", call) for call in (first, second))
    # The seven of the second call, less the ten, would tell the three of the first.
    assert organisations_in(told) == {both: ("value", "7"), in_first: ("hidden", None), in_second: ("hidden", None)}
    assert organisations_in(known) == {both: ("value", "7"), in_first: ("value", "3"), in_second: ("value", "7")}


async def test_the_summary_hides_organisations_where_it_hides_their_people(client):
    await attended_by_organisations(client, await held(client, None, type="webinar"), await seven_organisations(client))
    funder, staff = client("events", FUNDER), client("events", COORDINATOR)
    assert (await funder.get("/v1/summary", **ASKED)).json()["organisations"] == 7
    await held(client, 3, type="network_day")
    told, known = [(await who.get("/v1/summary", **ASKED)).json() for who in (funder, staff)]
    assert [told[name] for name in ("attendances", "organisations", "organisations_state")] == [None, None, "hidden"]
    assert [known[name] for name in ("attendances", "organisations", "organisations_state")] == [10, 7, "value"]


@pytest.mark.parametrize(("heads", "shown"), [(1, ("hidden", None)), (4, ("hidden", None)), (5, ("value", "7"))])
async def test_organisations_do_not_tell_how_few_came_without_names(client, heads, shown):
    """Seven people of seven organisations and so many heads: of all who came, at least seven are people by name."""
    event = await held(client, heads)
    await attended_by_organisations(client, event, await seven_organisations(client))
    told, known = [await the_measure(client("events", who), "coffee_part") for who in (FUNDER, COORDINATOR)]
    assert told["value"] == str(7 + heads)
    assert organisations_in(told) == {("organisations", None): shown}
    assert organisations_in(known) == {("organisations", None): ("value", "7")}
    summary = (await client("events", FUNDER).get("/v1/summary", **ASKED)).json()
    assert (summary["organisations_state"], summary["organisations"]) == (shown[0], 7 if shown[1] else None)


async def test_organisations_of_more_events_do_not_tell_how_few_came_to_one_without_names(client):
    """The organisations of both events, less those of the second one, are at least the seven of the first one."""
    names = await seven_organisations(client)
    await attended_by_organisations(client, await held(client, 1), names)
    await held(client, 30)
    told = await the_measure(client("events", FUNDER), "coffee_part")
    assert (told["value"], organisations_in(told)) == ("38", {("organisations", None): ("hidden", None)})


async def test_the_summary_hides_a_sum_that_would_tell_a_small_part(client):
    for heads, facts in ((20, {"type": "webinar"}), (8, {"type": "network_day"})):
        await held(client, heads, **facts)
    funder, staff = client("events", FUNDER), client("events", COORDINATOR)
    assert (await funder.get("/v1/summary", **ASKED)).json()["attendances"] == 28
    # Less the measure of the national days, the sum would tell the regional day's three.
    await held(client, 3, type="network_day", scope="regional")
    told, known = [(await who.get("/v1/summary", **ASKED)).json() for who in (funder, staff)]
    assert (told["attendances"], known["attendances"]) == (None, 31)
    assert told["by_type"] == known["by_type"]
    assert {one["type"]: one["held"] for one in known["by_type"]} == {"webinar": 1, "network_day": 2}
    # Beside another regional event, each protects the other.
    await held(client, 6, type="major_region_event", scope="regional")
    assert (await funder.get("/v1/summary", **ASKED)).json()["attendances"] == 37


async def test_the_summary_hides_few_registrations_and_organisations(client):
    await known_organisations(client("events", SERVICE))
    event = await held(client, None)
    await attended(client, event, 3)
    told, known = [(await client("events", who).get("/v1/summary", **ASKED)).json() for who in (FUNDER, COORDINATOR)]
    assert [told[name] for name in ("registrations", "attendances", "organisations")] == [None] * 3
    assert [known[name] for name in ("registrations", "attendances", "organisations")] == [3, 3, 3]


async def test_few_who_stayed_away_cannot_be_told_from_those_who_signed_up(client):
    event = await held(client, None)
    await attended(client, event, 12)
    funder, staff = client("events", FUNDER), client("events", COORDINATOR)
    people = (await staff.get(f"/v1/events/{event['id']}/attendance")).json()["items"]

    async def told(missing, **asked):
        marks = [{"registration_id": one["id"], "status": "no_show"} for one in people[:missing]]
        assert (await staff.put(f"/v1/events/{event['id']}/attendance", {"items": marks})).status_code == 200
        shown = (await funder.get("/v1/summary", **{**ASKED, **asked})).json()
        return shown["registrations"], shown["attendances"]

    assert (await funder.get("/v1/summary", **ASKED)).json()["registrations"] == 12
    assert await told(2) == (None, 10)
    assert await told(6) == (12, 6)
    # One event alone can be singled out by a shorter period, and then by what is left of the half-year.
    assert await told(6, period="2026-03") == (None, 6)
    assert await told(6, period="2026") == (12, 6)
    # Whoever counted the forty in the room can subtract them.
    await staff.put(f"/v1/events/{event['id']}/headcount", {"count": 40})
    assert await told(6) == (12, 46)
    came_after_all = [{"registration_id": one["id"], "status": "attended"} for one in people[2:6]]
    await staff.put(f"/v1/events/{event['id']}/attendance", {"items": came_after_all})
    assert await told(2) == (None, 50)


async def rows_of(caller, **filters):
    answer = await caller.get("/v1/events", coordination=str(COORDINATION), **filters)
    return {row["id"]: (row["participants"], row["participants_state"]) for row in answer.json()["items"]}


async def test_the_rows_tell_a_funder_who_came_but_for_the_small_and_the_smallest_beside_it(client):
    events = [await held(client, heads) for heads in (3, 20, 30, 0, None)]
    later = await an_event(client("events", COORDINATOR))
    three, twenty, thirty, nought, uncounted = [event["id"] for event in events]
    funder, staff, stranger = [client("events", *who) for who in ((FUNDER,), (COORDINATOR,), ())]
    expected = {
        three: (None, "hidden"),
        twenty: (None, "hidden"),
        thirty: (30, "value"),
        nought: (0, "zero"),
        uncounted: (None, "no_data"),
        later["id"]: (None, "not_due"),
    }
    assert await rows_of(funder) == expected
    assert await rows_of(staff) == {**expected, three: (3, "value"), twenty: (20, "value")}
    unseen = dict.fromkeys(expected, (None, "hidden"))
    assert await rows_of(stranger) == {**unseen, later["id"]: (None, "not_due")}
    elsewhere = client("events", Grant(Role.funder, coordination_id=ELSEWHERE))
    assert await rows_of(elsewhere) == {**unseen, later["id"]: (None, "not_due")}
    for identifier, (came, state) in expected.items():
        detail = (await funder.get(f"/v1/events/{identifier}")).json()
        assert (detail["participants"], detail["participants_state"]) == (came, state)
    # The figure is whole, and says no more than its rows.
    assert (await the_measure(funder, "coffee_part"))["value"] == "53"


async def test_what_is_hidden_does_not_depend_on_page_filter_order_or_format(client):
    for number, heads in enumerate((3, 20, 30, 40)):
        await held(client, heads, title={"fi": f"Kahvit {number}"}, mode="onsite" if number % 2 else "online")
    funder = client("events", FUNDER)
    every = await rows_of(funder)
    assert sorted(came or 0 for came, _ in every.values()) == [0, 0, 30, 40]
    for filters in ({"q": "Kahvit 1"}, {"mode": "online"}, {"period": "2026-03"}, {"type": "hankekahvit"}):
        assert (await rows_of(funder, **filters)).items() <= every.items()
    seen, filters = {}, {"limit": 1, "sort": "-title", "coordination": str(COORDINATION)}
    while True:
        page = (await funder.get("/v1/events", **filters)).json()
        seen |= {row["id"]: (row["participants"], row["participants_state"]) for row in page["items"]}
        if page["next_cursor"] is None:
            break
        filters["cursor"] = page["next_cursor"]
    assert seen == every
    file = await funder.get("/v1/events", coordination=str(COORDINATION), format="csv")
    lines = csv.DictReader(io.StringIO(file.text))
    told = {line["id"]: (int(line["participants"] or 0) or None, line["participants_state"]) for line in lines}
    assert told == every


async def test_what_nobody_counted_is_no_nought(client):
    await held(client, None)
    told = await the_measure(client("events", FUNDER), "coffee_part")
    assert (told["state"], told["reason"], told["value"]) == ("no_data", "attendance_not_recorded", None)
    assert told["rows"]
    await held(client, 0)
    assert (await the_measure(client("events", FUNDER), "coffee_part"))["state"] == "zero"


async def test_the_other_counts_stay_with_the_staff(client):
    await attended(client, await held(client, None, capacity=50), 6)
    funder = client("events", FUNDER)
    address = (await the_measure(funder, "coffee_part"))["rows"].removeprefix("/api/events")
    [row] = (await funder.get(address)).json()["items"]
    detail = (await funder.get(f"/v1/events/{row['id']}")).json()
    for told in (row, detail):
        assert [told[name] for name in COUNTS] == [None] * len(COUNTS)
        # Capacity less free seats would be how many signed up.
        assert (told["participants"], told["capacity"], told["seats_left"]) == (6, 50, None)
    json_ld = (await funder.get(f"/v1/events/{row['id']}/event.jsonld")).json()
    assert "remainingAttendeeCapacity" not in json_ld
    assert (await client("events", COORDINATOR).get(f"/v1/events/{row['id']}")).json()["seats_left"] == 44


async def test_free_seats_are_told_to_strangers_from_nobody_and_from_five_on(client):
    event = await an_event(client("events", COORDINATOR), capacity=30, slug="kahvit")
    seen = []
    for number in range(6):
        seen.append((await client("events").get("/v1/events/kahvit")).json()["seats_left"])
        json_ld = (await client("events").get("/v1/events/kahvit/event.jsonld")).json()
        assert json_ld.get("remainingAttendeeCapacity") == seen[-1]
        await client("events").post(f"/v1/events/{event['id']}/registrations", person(number))
    assert seen == [30, None, None, None, None, 25]


async def asked_of(session):
    query = SummaryQuery(coordination=COORDINATION, period="2026S1")
    return await authorised_request(session, Principal("funder", grants=(FUNDER,)), query, scope=Scope.events_read)


@pytest.mark.parametrize(("session", "suppressed"), [("snapshot", {COFFEES}), ("reading", set())])
async def test_a_figure_and_its_suppression_are_of_one_state(client, applications, superuser, session, suppressed):
    """The reading session is the negative control: it would disclose the three, for they are seven by then."""
    await held(client, 3)
    async with getattr(applications.runtime("events").database, session)() as opened:
        request = await asked_of(opened)
        counts = await queries.counts_by_selection(opened, request, [COFFEES])
        await superuser.execute("UPDATE events.events SET heads_online = 7")
        assert counts[COFFEES].participants == 3
        assert await queries.suppressed(opened, request, [COFFEES]) == suppressed


async def test_a_figure_and_its_suppression_judge_by_one_instant(client, applications):
    await held(client, 3)
    async with applications.runtime("events").database.snapshot() as session:
        request = replace(await asked_of(session), now=PAST)
        counts = await queries.counts_by_selection(session, request, [COFFEES])
        assert (counts[COFFEES].events, await queries.suppressed(session, request, [COFFEES])) == (0, set())
