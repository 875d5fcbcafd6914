"""Figures by their definitions: each equals the rows that its address opens, and what rows lack is listed."""

from datetime import timedelta
from random import Random
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest

from services.contracts.codes import theme_codes
from services.contracts.measures import EVENTS_OF, keys_of
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    PAST,
    SERVICE,
    a_draft,
    an_event,
    event_body,
    known_organisations,
    person,
)

ASKED = {"coordination": str(COORDINATION), "period": "2026S1"}
AREA = [{"scheme": "maakunta", "code": "06"}]
OTHER_CALL = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d33"


async def measures(caller, **filters):
    answer = await caller.get("/v1/measures", **{**ASKED, **filters})
    assert answer.status_code == 200, answer.text
    return {item["key"]: item for item in answer.json()["items"]}


async def held(client, *, heads=None, people=0, unknown=0, qualifier="exact", outcome=None, **facts):
    """An event of the past with so many heads and people, and the themes of its outcome.

    So many of the people come from organisations that nobody knows.
    """
    staff = client("events", ADMIN)
    event = await an_event(staff, **{"starts_at": PAST, **facts})
    address = f"/v1/events/{event['id']}"
    if heads is not None:
        counted = await staff.put(f"{address}/headcount", {"count": heads, "qualifier": qualifier})
        assert counted.status_code == 200, counted.text
    for number in range(people):
        body = {name: value for name, value in person(number).items() if name != "privacy_accepted"}
        if number < unknown:
            body["organisation"] = f"Tuntematon {number % 2} Oy"
        assert (await staff.post(f"{address}/walk-ins", body)).status_code == 201
    if outcome is not None:
        assert (await staff.put(f"{address}/outcome", {"themes": {"main": outcome}})).status_code == 200
    return event


async def opened(caller, address, *, listed="events"):
    """All rows that the address of a figure opens, in this list."""
    parts = urlsplit(address)
    assert parts.path == f"/api/events/v1/{listed}"
    filters, rows = dict(parse_qsl(parts.query)), []
    while True:
        answer = await caller.get(f"/v1/{listed}", limit=100, **filters)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return rows
        filters["cursor"] = answer.json()["next_cursor"]


def extra(item, key):
    return {one["subject"]: one for one in item["extra"] if one["key"] == key}


def codes(item):
    return {one["key"]: set(one["codes"]) for one in item["lists"]}


def lacks(item):
    return {one["code"]: one["count"] for one in item["missing"]}


# One selection a family, and the rows are the very ones that count.


async def a_half_year(client, seed):
    """Events of most kinds, drawn: with names, heads, calls and outcomes, or without.

    Returns how many people of each event come from organisations that nobody knows.
    """
    await known_organisations(client("events", SERVICE))
    chance = Random(seed)  # noqa: S311 - Invented data, not a secret.
    codes = [*sorted(theme_codes())[:6], "oma-teema"]
    kinds = ["network_day", "major_region_event", "hankekahvit", "benchmarking_trip", "webinar"]
    kinds += ["call_info", "call_clinic"]
    unknown_of = {}
    for kind in [*chance.sample(kinds, 4), *chance.choices(kinds, k=2)]:
        came = chance.choice([{}, {"heads": chance.choice([0, 3, 30])}, {"people": 2}, {"heads": 7, "people": 3}])
        unknown = chance.randint(0, came.get("people", 0))
        event = await held(
            client,
            unknown=unknown,
            type=kind,
            areas=AREA,
            scope=chance.choice(["national", "regional"]),
            call_ids=chance.choice([[], [str(ELSEWHERE)], [str(ELSEWHERE), OTHER_CALL]]),
            starts_at=PAST + timedelta(days=chance.randint(0, 60)),
            outcome=chance.choice([None, [], chance.sample(codes, 3)]),
            qualifier=chance.choice(["exact", "about", "over"]),
            **came,
        )
        unknown_of[event["id"]] = unknown
    # Who came in another period or to an event of a kind that no measure counts stands in no list of a figure.
    await held(client, starts_at=PAST - timedelta(days=365), people=1, unknown=1)
    await held(client, type="steering_group", people=1, unknown=1)
    return unknown_of


async def themes_of(caller, rows):
    outcomes = [(await caller.get(f"/v1/events/{row['id']}/outcome")).json() for row in rows]
    return [{*one["themes"]["main"], *one["themes"]["touched"]} for one in outcomes if one["marked_at"]]


def coverage(themes):
    """The lists of the measure when events dealt with these themes."""
    listed = theme_codes()
    return {
        "covered_themes": listed & themes,
        "uncovered_themes": listed - themes,
        "themes_outside_list": themes - listed,
    }


async def people_without_organisation(caller, item):
    """The number of people whose organisation nobody knows: that of the measure and of the list that it opens."""
    found = [one for one in item["missing"] if one["code"] == "organisation_unknown"]
    for lack in found:
        assert f"period={ASKED['period']}" in lack["rows"] and f"coordination={COORDINATION}" in lack["rows"]
        rows = await opened(caller, lack["rows"], listed="organisation-spellings")
        assert sum(row["attended"] for row in rows) == lack["count"], item["key"]
    return sum(lack["count"] for lack in found)


@pytest.mark.parametrize("seed", range(5))
async def test_every_figure_equals_the_rows_that_it_opens(client, seed):
    unknown_of = await a_half_year(client, seed)
    staff = client("events", COORDINATOR)
    for key, item in (await measures(staff)).items():
        rows = await opened(staff, item["rows"])
        assert all(row["type"] in {kind.type for kind in EVENTS_OF[key].kinds} for row in rows)
        unknown = sum(unknown_of[row["id"]] for row in rows) if key.endswith("_part") else 0
        assert await people_without_organisation(staff, item) == unknown, key
        for lack in item["missing"]:
            if lack["code"] == "organisation_unknown":
                continue
            assert len(await opened(staff, lack["rows"])) == lack["count"], (key, lack)
        known = [row for row in rows if row["participants_state"] != "no_data"]
        if key == "coffee_topics":
            marked = await themes_of(staff, rows)
            assert (lacks(item).get("outcome_missing", 0), item["state"] == "no_data") == (
                len(rows) - len(marked),
                not marked,
            )
            themes = set().union(*marked)
            assert item["numerator"] == (str(len(theme_codes() & themes)) if marked else None)
            assert codes(item) == (coverage(themes) if marked else {})
        elif not key.endswith("_part"):
            assert item["value"] == str(len(rows)), key
        elif rows and not known:
            assert (item["state"], lacks(item)["attendance_missing"]) == ("no_data", len(rows))
        else:
            came = sum(row["participants"] for row in known)
            by_name = sum(row["attended_count"] for row in known)
            assert item["value"] == str(came), key
            assert [part["value"] for part in item["parts"]] == [str(by_name), str(came - by_name)]
            qualifiers = {row["participants_qualifier"] for row in known}
            assert item["qualifier"] == next((one for one in ("about", "over") if one in qualifiers), None)
            assert lacks(item).get("attendance_missing", 0) == len(rows) - len(known)


async def test_the_filter_of_each_measure_takes_the_events_that_count_and_no_other(client):
    counted = [
        await held(client, type="network_day", scope="regional"),
        await held(client, type="major_region_event", areas=AREA),
    ]
    await held(client, type="network_day")
    await a_draft(client("events", ADMIN), type="network_day", scope="regional", starts_at=PAST)
    await an_event(client("events", ADMIN), type="network_day", scope="regional")
    cancelled = await an_event(client("events", ADMIN), type="network_day", scope="regional")
    await client("events", ADMIN).post(f"/v1/events/{cancelled['id']}/cancel", {"reason": {"fi": "Peruttu"}})
    for caller in (client("events", COORDINATOR), client("events")):
        rows = (await caller.get("/v1/events", measure="netday_reg_part")).json()["items"]
        assert {row["id"] for row in rows} == {event["id"] for event in counted}
    for wrong in ("webinar_fb", "blogs", "invented"):
        assert (await client("events").get("/v1/events", measure=wrong)).status_code == 422


def test_the_families_have_one_selection_in_all_services():
    families = [{"netday_nat", "netday_nat_part", "netday_nat_fb"}, {"netday_reg", "netday_reg_part", "netday_reg_fb"}]
    families += [{"coffee", "coffee_part", "coffee_topics"}, {"webinar", "webinar_part", "webinar_fb"}]
    for family in [*families, {"call_part", "call_fb"}]:
        assert len({EVENTS_OF[key] for key in family}) == 1
    assert EVENTS_OF["call_part"].kinds == (*EVENTS_OF["call_infos"].kinds, *EVENTS_OF["call_clinics"].kinds)
    assert EVENTS_OF.keys() >= set(keys_of("events"))


# A missing link makes no zero.


async def test_a_call_information_session_without_a_call_counts_and_is_listed(client):
    await known_organisations(client("events", SERVICE))
    unlinked = await held(client, type="call_info", people=4)
    found = await measures(client("events", COORDINATOR))
    assert [(found[key]["value"], lacks(found[key])) for key in ("call_infos", "call_part")] == [
        ("1", {"call_missing": 1}),
        ("4", {"call_missing": 1}),
    ]
    await held(client, type="call_info", people=2, call_ids=[str(ELSEWHERE)])
    await held(client, type="call_clinic", heads=9)
    found = await measures(client("events", COORDINATOR))
    assert [(found[key]["value"], lacks(found[key])) for key in ("call_infos", "call_clinics", "call_part")] == [
        ("2", {"call_missing": 1}),
        ("1", {"call_missing": 1}),
        ("15", {"call_missing": 2}),
    ]
    [lack] = found["call_infos"]["missing"]
    assert [row["id"] for row in await opened(client("events", FUNDER), lack["rows"])] == [unlinked["id"]]


async def test_information_sessions_clinics_and_their_sum_are_three_figures(client):
    await known_organisations(client("events", SERVICE))
    first, second = str(ELSEWHERE), OTHER_CALL
    await held(client, type="call_info", people=3, call_ids=[first])
    await held(client, type="call_info", people=1, call_ids=[first, second])
    await held(client, type="call_clinic", heads=7, call_ids=[second])
    part = (await measures(client("events", COORDINATOR)))["call_part"]
    assert part["value"] == "11"
    three = [extra(part, f"call_{kind}_participants")[None]["value"] for kind in ("info", "clinic")]
    assert three == ["4", "7"]
    assert [one["value"] for one in part["parts"]] == ["4", "7"]
    # Of the first call all organisations are known; of the second some came without names.
    calls = {call: (one["value"], one["qualifier"]) for call, one in extra(part, "call_organisations").items()}
    assert calls == {first: ("3", None), second: ("1", "at_least")}


async def test_what_nobody_counted_is_listed_and_lowers_no_mean(client):
    await known_organisations(client("events", SERVICE))
    await held(client, people=6)
    await held(client, heads=10)
    await held(client)
    part = (await measures(client("events", FUNDER)))["coffee_part"]
    assert (part["value"], lacks(part)) == ("16", {"attendance_missing": 1})
    assert extra(part, "mean_per_event")[None]["value"] == "8.0"


async def test_organisations_of_people_without_names_are_not_zero(client):
    await known_organisations(client("events", SERVICE))
    await held(client, heads=30)
    part = (await measures(client("events", COORDINATOR)))["coffee_part"]
    assert [(one["state"], one["value"]) for one in extra(part, "organisations").values()] == [("no_data", None)]
    await held(client, people=2)
    part = (await measures(client("events", COORDINATOR)))["coffee_part"]
    [organisations] = extra(part, "organisations").values()
    assert (organisations["value"], organisations["qualifier"]) == ("2", "at_least")
    summary = (await client("events", COORDINATOR).get("/v1/summary", **ASKED)).json()
    told = [summary[f"organisations{part}"] for part in ("", "_state", "_qualifier")]
    assert told == [2, "value", "at_least"]


async def test_organisations_are_at_least_so_many_where_a_person_named_none(client):
    await known_organisations(client("events", SERVICE))
    staff = client("events", COORDINATOR)
    alone = await held(client, type="call_info", call_ids=[OTHER_CALL])
    with_others = await held(client, people=2, type="call_info", call_ids=[str(ELSEWHERE)])

    async def found():
        part = (await measures(staff))["call_part"]
        figures = [*extra(part, "organisations").values(), *extra(part, "call_organisations").values()]
        summary = (await staff.get("/v1/summary", **ASKED)).json()
        assert [summary["organisations"], summary["organisations_qualifier"]] == [2, figures[0]["qualifier"]]
        return {one["subject"]: (one["state"], one["value"], one["qualifier"]) for one in figures}

    every, exact = ("value", "2", "at_least"), ("value", "2", None)
    assert (await found())[str(ELSEWHERE)] == exact
    for event, of_call in ((alone, exact), (with_others, every)):
        entered = await staff.post(f"/v1/events/{event['id']}/walk-ins", {"name": "Järjestötön Henkilö"})
        assert entered.status_code == 201, entered.text
        assert await found() == {None: every, str(ELSEWHERE): of_call, OTHER_CALL: ("no_data", None, None)}


@pytest.mark.parametrize("who", [COORDINATOR, FUNDER])
async def test_more_calls_need_no_more_statements(client, statements, who):
    needed = []
    for calls in (1, 120):
        for first in range(0, calls, 20):
            ids = [str(uuid4()) for _ in range(min(calls - first, 20))]
            await held(client, heads=7, type="call_info", call_ids=ids)
        with statements() as sent:
            part = (await measures(client("events", who), keys=["call_part"]))["call_part"]
        needed.append(len(sent))
    assert len(extra(part, "call_organisations")) == 121
    assert needed[0] == needed[1]


async def test_what_events_lack_is_listed_for_readers_of_their_figures_alone(client):
    await held(client, type="call_info")
    for grants, count in (((), 0), ((COORDINATOR_ELSEWHERE,), 0), ((FUNDER,), 1), ((ADMIN,), 1)):
        for record in ("call", "attendance", "outcome"):
            rows = (await client("events", *grants).get("/v1/events", lacks=record)).json()["items"]
            assert len(rows) == count, (grants, record)
    rows = await client("events", FUNDER).get("/v1/events", lacks=["call", "outcome"], type="webinar")
    assert rows.json()["items"] == []


@pytest.mark.parametrize(
    ("qualifiers", "told"),
    [(["exact"], None), (["exact", "over"], "over"), (["over", "about"], "about"), (["about", "exact"], "about")],
)
async def test_the_qualifier_of_heads_stays_in_every_sum(client, qualifiers, told):
    for number, qualifier in enumerate(qualifiers):
        await held(client, heads=20 + number, qualifier=qualifier)
    await held(client, people=6)
    funder = client("events", FUNDER)
    part = (await measures(funder))["coffee_part"]
    persons, heads = part["parts"]
    assert [part["qualifier"], persons["qualifier"], heads["qualifier"]] == [told, None, told]
    assert extra(part, "mean_per_event")[None]["qualifier"] == told
    assert (await funder.get("/v1/summary", **ASKED)).json()["attendances_qualifier"] == told


# A major-region event is regional and has an area.


async def test_a_major_region_event_is_regional_whatever_is_said(client):
    staff = client("events", COORDINATOR)
    body = {**event_body(type="major_region_event", scope="national", starts_at=PAST), "areas": AREA}
    event = (await staff.post("/v1/events", body)).json()
    assert event["scope"] == "regional"
    await staff.post(f"/v1/events/{event['id']}/publish")
    found = await measures(client("events", FUNDER))
    assert (found["netday_reg"]["value"], found["netday_nat"]["value"]) == ("1", "0")
    address = f"/v1/events/{event['id']}"
    patched = await staff.patch(address, {"scope": "national"}, version=2)
    assert (patched.status_code, patched.json()["scope"], patched.json()["version"]) == (200, "regional", 2)
    other = await an_event(staff, type="network_day", starts_at=PAST)
    made = await staff.patch(f"/v1/events/{other['id']}", {"type": "major_region_event", "areas": AREA}, version=2)
    assert (made.status_code, made.json()["scope"]) == (200, "regional")
    back = await staff.patch(f"/v1/events/{other['id']}", {"type": "webinar", "scope": "national"}, version=3)
    assert back.json()["scope"] == "national"


async def test_a_major_region_event_needs_an_area(client, superuser):
    staff = client("events", COORDINATOR)
    body = {**event_body(type="major_region_event"), "areas": []}
    refused = [await staff.post("/v1/events", body)]
    webinar = await an_event(staff, type="webinar")
    refused.append(await staff.patch(f"/v1/events/{webinar['id']}", {"type": "major_region_event"}, version=2))
    event = await an_event(staff, type="major_region_event", areas=AREA)
    refused.append(await staff.patch(f"/v1/events/{event['id']}", {"areas": []}, version=2))
    for answer in refused:
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/body/areas")
        assert answer.json()["errors"][0]["code"] == "area-required"
    # A row from before the rule is corrected in other ways without an area.
    await superuser.execute("UPDATE events.events SET areas = '[]' WHERE id = $1", event["id"])
    renamed = await staff.patch(f"/v1/events/{event['id']}", {"title": {"fi": "Päivä"}}, version=2)
    assert renamed.status_code == 200


async def test_events_have_target_groups(client):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, target_groups=["regional_actors"])
    await an_event(staff, target_groups=["national_projects"])
    rows = (await client("events").get("/v1/events", target_group="regional_actors")).json()["items"]
    assert [(row["id"], row["target_groups"]) for row in rows] == [(event["id"], ["regional_actors"])]
    groups = ["regional_actors", "national_projects"]
    changed = await staff.patch(f"/v1/events/{event['id']}", {"target_groups": groups}, version=2)
    assert changed.json()["target_groups"] == groups


# The themes of an event are those marked after it.


async def test_themes_are_covered_by_the_marks_after_the_event_not_by_its_announcement(client):
    await held(client, themes=["leadership", "equality"])
    topics = (await measures(client("events", COORDINATOR)))["coffee_topics"]
    assert (topics["state"], topics["reason"], lacks(topics)) == ("no_data", "outcome_missing", {"outcome_missing": 1})
    marked = await held(client, themes=["leadership"])
    body = {"themes": {"main": ["competence"], "touched": ["equality", "oma-teema"]}}
    body["notes"] = {"competence": {"fi": "Kolme uutta tapaa."}}
    staff = client("events", COORDINATOR)
    written = await staff.put(f"/v1/events/{marked['id']}/outcome", body)
    assert written.status_code == 200, written.text
    await held(client, type="webinar", outcome=["leadership"])
    topics = (await measures(client("events", COORDINATOR)))["coffee_topics"]
    assert (topics["numerator"], topics["denominator"], lacks(topics)) == ("2", "20", {"outcome_missing": 1})
    assert codes(topics) == coverage({"competence", "equality", "oma-teema"})
    read = (await client("events", FUNDER).get(f"/v1/events/{marked['id']}/outcome")).json()
    assert read == written.json()
    assert (read["themes"]["touched"], read["notes"]) == (["equality", "oma-teema"], body["notes"])


async def test_an_outcome_that_dealt_with_nothing_is_zero_and_one_that_is_written_anew_replaces_it(client):
    event = await held(client, outcome=[])
    for themes, state in (([], "zero"), (["equality"], "value")):
        body = {"themes": {"touched": themes}}
        await client("events", COORDINATOR).put(f"/v1/events/{event['id']}/outcome", body)
        topics = (await measures(client("events", FUNDER)))["coffee_topics"]
        assert (topics["state"], topics["numerator"], topics["missing"]) == (state, str(len(themes)), [])


# Readers of aggregates.


@pytest.mark.parametrize(("people", "state"), [(3, "hidden"), (6, "value")])
async def test_a_part_of_few_people_is_hidden_from_readers_of_aggregates(client, people, state):
    await held(client, people=people)
    await held(client, heads=20)
    await held(client, heads=9)
    told, known = [(await measures(client("events", who)))["coffee_part"] for who in (FUNDER, COORDINATOR)]
    assert told["value"] == known["value"] == str(people + 29)
    assert [part["state"] for part in told["parts"]] == [state, state]
    assert [part["value"] for part in known["parts"]] == [str(people), "29"]


async def test_a_separate_figure_of_few_people_is_hidden_from_readers_of_aggregates(client):
    await held(client, type="call_info", heads=20)
    await held(client, type="call_info", heads=8)
    await held(client, type="call_clinic", heads=3)
    told, known = [(await measures(client("events", who)))["call_part"] for who in (FUNDER, COORDINATOR)]
    assert told["value"] == known["value"] == "31"
    parts = ("call_info_participants", "call_clinic_participants")
    assert [extra(told, key)[None]["state"] for key in parts] == ["hidden", "hidden"]
    assert [extra(known, key)[None]["value"] for key in parts] == ["28", "3"]
