"""What figures are told by: the qualifier of heads, the region, target groups, themes, and no part of few people."""

import pytest

from tests.events.half_years import AREA, ASKED, codes, coverage, extra, held, lacks, measures
from tests.factories import (
    COORDINATOR,
    FUNDER,
    PAST,
    an_event,
    event_body,
)


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
