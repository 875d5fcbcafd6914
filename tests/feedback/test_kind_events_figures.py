"""Feedback figures by their definitions: each is the weighted mean of the surveys that its address opens."""

from fractions import Fraction
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.contracts.rounding import rounded
from tests.factories import COORDINATION, COORDINATOR, ELSEWHERE, FUNDER, SERVICE, a_survey, a_survey_body, released

ASKED = {"coordination": str(COORDINATION), "period": "2026S2"}
KEYS = ["netday_nat_fb", "netday_reg_fb", "webinar_fb", "call_fb"]
SCORES = {
    ("network_day", "national"): [4, 4, 5, 3, 2],
    ("network_day", "regional"): [2, 3, 4, 4, 5],
    # A scope of old, before the type said it.
    ("major_region_event", "national"): [5, 4, 3, 4, 4, 2],
    ("webinar", "regional"): [3, 3, 4, 2, 4],
    ("call_info", "national"): [4, 3, 5, 4, 2],
    ("call_clinic", "national"): [5, 5, 4, 4, 3, 3],
}


# The events of each measure, and one that another measure counts.
FAMILIES = {
    "netday_nat_fb": [("network_day", "national")],
    "netday_reg_fb": [("network_day", "regional"), ("major_region_event", "national")],
    "webinar_fb": [("webinar", "regional")],
    "call_fb": [("call_info", "national"), ("call_clinic", "national")],
}
OTHER = dict.fromkeys(KEYS, ("network_day", "national")) | {"netday_nat_fb": ("network_day", "regional")}


async def opened(caller, address):
    parts = urlsplit(address)
    assert parts.path == "/api/feedback/v1/surveys"
    answer = await caller.get("/v1/surveys", **dict(parse_qsl(parts.query)))
    assert (answer.status_code, answer.json()["next_cursor"]) == (200, None)
    return answer.json()["items"]


async def mean_of(caller, surveys):
    """The mean over all the answers, from the published counts; from five to nine the mean has the sum in it."""
    total, n = 0, 0
    for survey in surveys:
        results = (await caller.get(f"/v1/surveys/{survey['id']}/results")).json()
        for one in results["questions"]:
            if one["question_id"] == "overall" and one["n"]:
                bars = one["distribution"] or [{"value": one["mean"]["value"], "count": one["n"]}]
                total += round(sum(float(bar["value"]) * bar["count"] for bar in bars))
                n += one["n"]
    return str(rounded(Fraction(total, n), 2)), n


@pytest.mark.parametrize("key", KEYS)
async def test_a_feedback_figure_equals_the_surveys_that_it_opens(applications, client, key):
    service, anonymous, funder = client("feedback", SERVICE), client("feedback"), client("feedback", FUNDER)
    counted = []
    for event_type, scope in (*FAMILIES[key], OTHER[key]):
        given = [{"overall": score} for score in SCORES[event_type, scope]]
        event = {"event_type": event_type, "scope": scope}
        counted.append(await released(applications, service, anonymous, given, **event))
    draft = {**await a_survey_body(service, event_type=event_type, scope=scope), "state": "draft"}
    assert (await client("feedback", COORDINATOR).post("/v1/surveys", draft)).status_code == 201
    [item] = (await funder.get("/v1/measures", **ASKED, keys=[key])).json()["items"]
    rows = await opened(funder, item["rows"])
    assert {row["id"] for row in rows} == set(counted[:-1])
    assert (item["value"], item["n"]) == await mean_of(funder, rows)
    assert [one["key"] for one in item["extra"]] == (
        ["response_rate"] if item["n"] < 10 else [one["key"] for one in item["extra"]]
    )


@pytest.mark.parametrize("key", ["webinar", "theme_change", "invented"])
async def test_a_measure_of_other_rows_is_refused(client, key):
    answer = await client("feedback", FUNDER).get("/v1/surveys", measure=key)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/measure")


async def test_the_measures_surveys_are_filtered_further(client):
    await a_survey(client("feedback", SERVICE))
    for period, count in (("2026S2", 1), ("2026S1", 0)):
        answer = await client("feedback", FUNDER).get("/v1/surveys", measure="webinar_fb", period=period)
        assert len(answer.json()["items"]) == count


async def test_feedback_on_call_events_without_a_call_counts_and_is_listed(applications, client):
    service, anonymous, funder = client("feedback", SERVICE), client("feedback"), client("feedback", FUNDER)
    given = [{"overall": score} for score in (4, 5, 3, 4, 2)]
    call = {"event_type": "call_clinic", "call_ids": [str(ELSEWHERE)]}
    unlinked = await released(applications, service, anonymous, given, event_type="call_info")
    await released(applications, service, anonymous, given, **call)
    await released(applications, service, anonymous, given, event_type="webinar")
    items = {item["key"]: item for item in (await funder.get("/v1/measures", **ASKED, keys=KEYS)).json()["items"]}
    assert (items["call_fb"]["n"], items["webinar_fb"]["missing"]) == (10, [])
    [lack] = items["call_fb"]["missing"]
    assert (lack["code"], lack["count"]) == ("call_missing", 1)
    assert [row["id"] for row in await opened(funder, lack["rows"])] == [unlinked]
