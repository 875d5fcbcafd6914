"""Measures: weighted means of released figures, and five different answers for "no figure"."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from services.contracts.measures import catalogue
from services.contracts.roles import Grant, Role
from tests.factories import COORDINATION, COORDINATOR, COORDINATOR_ELSEWHERE, FUNDER, SERVICE, answered, released

ASKED = {"coordination": str(COORDINATION), "period": "2026S2"}


async def measures(client, **more: object) -> dict[str, dict[str, object]]:
    found = await client("feedback", FUNDER).get("/v1/measures", **{**ASKED, **more})
    assert found.status_code == 200, found.text
    return {item["key"]: item for item in found.json()["items"]}


def scored(*scores: int) -> list[dict[str, object]]:
    return [{"overall": score, "recommend": 10} for score in scores]


async def test_every_measure_of_feedback_is_answered_and_none_invented(client):
    found = await measures(client)
    ours = {row.key for row in catalogue() if row.source_service.startswith("feedback")}
    assert ours <= found.keys() and len(found) == 7
    assert {item["state"] for item in found.values()} == {"no_data"}
    assert {key for key, item in found.items() if item["reason"] == "no_surveys"} == {
        "netday_nat_fb",
        "netday_reg_fb",
        "webinar_fb",
        "call_fb",
    }
    assert found["theme_change"]["reason"] == "measurements_not_recorded"
    assert (await measures(client, keys=["webinar_fb", "coffee"])).keys() == {"webinar_fb"}


async def test_feedback_on_a_period_to_come_is_not_due(client):
    found = await measures(client, period="2099")
    assert {(item["state"], item["reason"]) for key, item in found.items() if key.endswith("_fb")} == {
        ("not_due", "period_not_begun")
    }


async def test_a_mean_is_weighted_by_released_answers_and_opens_to_its_surveys(applications, client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    mixed = [5, 4, 4, 3, 5, 5, 4, 2, 5, 4]
    shown = [
        await released(applications, service, anonymous, scored(*mixed)),
        await released(applications, service, anonymous, scored(3, 3, 3, 4, 4)),
        await released(applications, service, anonymous, scored(1, 1, 1)),  # Too few: nowhere in the sum.
    ]
    await released(applications, service, anonymous, scored(1, 2, 3, 4, 5), held_on="2026-06-30")
    await released(applications, service, anonymous, scored(1, 2, 3, 4, 5), event_type="training")
    webinars = (await measures(client))["webinar_fb"]
    assert (webinars["state"], webinars["value"], webinars["n"]) == ("value", "3.87", 15)  # (10 * 4.1 + 5 * 3.4) / 15
    # All ten of the first survey recommend it: at least 90 % promoters. The second has too few answers for a score.
    assert [(one["key"], one["value"], one["qualifier"], one["unit"]) for one in webinars["extra"]] == [
        ("response_rate", "100.0", None, "%"),
        ("nps", "80.0", "at_least", "NPS"),
        ("nps_n", "10", None, "kpl"),
    ]
    address = urlsplit(str(webinars["rows"]))
    assert address.path == "/api/feedback/v1/surveys"
    rows = await client("feedback", FUNDER).get("/v1/surveys", **dict(parse_qsl(address.query)))
    assert {item["id"] for item in rows.json()["items"]} == set(shown)


async def test_not_due_hidden_and_no_data_are_three_answers(applications, client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    await answered(service, anonymous, scored(1, 2, 3, 4, 5), event_type="call_info")
    await released(applications, service, anonymous, scored(5, 5, 5, 5), event_type="network_day")
    found = await measures(client)
    not_due = found["call_fb"]
    assert (not_due["state"], not_due["reason"], not_due["value"]) == ("not_due", "surveys_not_released", None)
    hidden = found["netday_nat_fb"]
    assert (hidden["state"], hidden["reason"], hidden["value"], hidden["n"]) == (
        "hidden",
        "too_few_answers",
        None,
        None,
    )
    assert (found["webinar_fb"]["state"], found["netday_reg_fb"]["state"]) == ("no_data", "no_data")
    of_surveys = [found[key]["rows"] for key in ("call_fb", "netday_nat_fb", "webinar_fb")]
    assert all(rows.startswith("/api/feedback/v1/surveys?") for rows in of_surveys)
    assert [dict(parse_qsl(urlsplit(rows).query))["measure"] for rows in of_surveys] == [
        "call_fb",
        "netday_nat_fb",
        "webinar_fb",
    ]


async def test_regional_days_are_of_two_types(applications, client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    for event_type in ("network_day", "major_region_event"):
        event = {"event_type": event_type, "scope": "regional"}
        await released(applications, service, anonymous, scored(2, 3, 4, 4, 5), **event)
    found = await measures(client, keys=["netday_nat_fb", "netday_reg_fb"])
    assert (found["netday_reg_fb"]["n"], found["netday_reg_fb"]["value"]) == (10, "3.60")
    assert found["netday_nat_fb"]["state"] == "no_data"


async def test_the_summary_counts_the_disclosed_answers(applications, client):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    mixed = [{"overall": score, "recommend": place} for place, score in enumerate([5, 4, 4, 3, 5, 5, 4, 2, 5, 4])]
    await released(applications, service, anonymous, mixed)
    await released(applications, service, anonymous, scored(1, 1, 1))
    await answered(service, anonymous, scored(1, 1))
    summary = (await client("feedback", FUNDER).get("/v1/summary", **ASKED)).json()
    expected = {"surveys": 3, "invited": None, "answers": 10, "n": 10, "mean": "4.10", "nps": "-60.0", "nps_n": 10}
    expected |= {"mean_qualifier": None, "nps_qualifier": None}
    assert {name: summary[name] for name in expected} == expected
    assert (summary["response_rate"], summary["period"]["label"]) == ("100.0", "2026S2")
    extra = (await measures(client, keys=["webinar_fb"]))["webinar_fb"]["extra"]
    assert ("nps", "-60.0", "NPS") in [(one["key"], one["value"], one["unit"]) for one in extra]


async def test_a_summary_of_nothing_is_empty(client):
    summary = (await client("feedback", COORDINATOR).get("/v1/summary", **ASKED)).json()
    assert [summary[name] for name in ("surveys", "invited", "answers", "n")] == [0] * 4
    assert [summary[name] for name in ("mean", "nps", "response_rate")] == [None] * 3


@pytest.mark.parametrize("route", ["measures", "summary"])
async def test_another_coordination_is_not_found(client, route):
    for grants, status in (
        ((), 401),
        ((COORDINATOR_ELSEWHERE,), 404),
        ((Grant(Role.door),), 403),
        ((Grant(Role.admin),), 200),
    ):
        assert (await client("feedback", *grants).get(f"/v1/{route}", **ASKED)).status_code == status
    wrong = await client("feedback", FUNDER).get(f"/v1/{route}", **{**ASKED, "period": "2026S3"})
    assert wrong.status_code == 422
