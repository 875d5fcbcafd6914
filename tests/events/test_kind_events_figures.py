"""Figures by their definitions: each equals the rows that its address opens, and what rows lack is listed."""

from uuid import uuid4

import pytest

from services.contracts.codes import theme_codes
from services.contracts.measures import EVENTS_OF, keys_of
from tests.events.half_years import (
    AREA,
    ASKED,
    OTHER_CALL,
    a_half_year,
    codes,
    coverage,
    extra,
    held,
    lacks,
    measures,
    opened,
    people_without_organisation,
    themes_of,
)
from tests.factories import (
    ADMIN,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    PAST,
    SERVICE,
    a_draft,
    an_event,
    known_organisations,
)


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
