"""Measures: 13 figures from the counters, each with its state and the very rows it counts."""

from datetime import datetime, timedelta

import pytest

from services.kernel.security.auth import Grant, Role
from tests.events.happening import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    PAST,
    a_draft,
    an_event,
    person,
)

KEYS = [
    "netday_nat", "netday_nat_part", "netday_reg", "netday_reg_part", "coffee", "coffee_part", "coffee_topics",
    "bm_trips", "webinar", "webinar_part", "call_infos", "call_clinics", "call_part",
]  # fmt: skip


async def measures(caller, period="2026S1", **filters):
    answer = await caller.get("/v1/measures", coordination=str(COORDINATION), period=period, **filters)
    assert answer.status_code == 200, answer.text
    return {item["key"]: item for item in answer.json()["items"]}


async def held(asking, **facts):
    return await an_event(asking("events", ADMIN), **{"starts_at": PAST, **facts})


async def count_heads(asking, event, count):
    answer = await asking("events", ADMIN).put(f"/v1/events/{event['id']}/headcount", {"count": count})
    assert answer.status_code == 200, answer.text


async def attend(asking, event, people):
    staff = asking("events", ADMIN)
    for number in range(people):
        body = {**person(number)}
        del body["privacy_accepted"]
        assert (await staff.post(f"/v1/events/{event['id']}/walk-ins", body)).status_code == 201


async def test_all_thirteen_are_answered_and_nought_is_zero(asking):
    found = await measures(asking("events", COORDINATOR))
    assert list(found) == KEYS
    assert {key: item["state"] for key, item in found.items()} == {
        **dict.fromkeys(KEYS, "zero"),
        "coffee_topics": "no_data",
    }
    assert found["coffee_topics"]["reason"] == "no_events_held"
    later = await measures(asking("events", COORDINATOR), period="2099S1")
    assert {(item["state"], item["reason"], item["value"]) for item in later.values()} == {
        ("not_due", "period_not_begun", None)
    }
    assert list(await measures(asking("events", COORDINATOR), keys=["coffee", "gp_national"])) == ["coffee"]
    assert await measures(asking("events", COORDINATOR), keys=["gp_national"]) == {}


async def test_only_held_events_of_the_coordination_and_period_count(asking):
    staff = asking("events", ADMIN)
    await held(asking)
    await held(asking, starts_at=PAST + timedelta(days=20))
    await held(asking, coordination_id=str(ELSEWHERE))
    await held(asking, starts_at=PAST - timedelta(days=365))
    await a_draft(staff, starts_at=PAST)
    await an_event(staff)
    cancelled = await held(asking)
    await staff.post(f"/v1/events/{cancelled['id']}/cancel", {"reason": {"fi": "Peruttu"}})
    coffee = (await measures(asking("events", FUNDER)))["coffee"]
    assert (coffee["state"], coffee["value"]) == ("value", "2")
    extra = {one["key"]: one["value"] for one in coffee["extra"]}
    assert extra == {"months_with_event": "1", "months_in_period": "6"}


async def test_participants_are_those_who_came_by_name_or_by_headcount(asking):
    await attend(asking, await held(asking, type="webinar"), 4)
    await count_heads(asking, await held(asking, type="webinar"), 30)
    registered_only = await held(asking, type="webinar")
    await asking("events", ADMIN).post(f"/v1/events/{registered_only['id']}/registrations", person(9))
    part = (await measures(asking("events", COORDINATOR)))["webinar_part"]
    assert part["value"] == "34"
    extra = {one["key"]: one["value"] for one in part["extra"]}
    assert extra == {"organisations": "3", "events": "3", "mean_per_event": "11.3"}


async def test_each_kind_of_event_counts_under_its_own_measure(asking):
    call = [str(ELSEWHERE)]
    await count_heads(asking, await held(asking, type="network_day"), 10)
    await count_heads(asking, await held(asking, type="network_day", scope="regional"), 20)
    await count_heads(asking, await held(asking, type="major_region_event", scope="regional"), 5)
    await held(asking, type="benchmarking_trip")
    await count_heads(asking, await held(asking, type="call_info", call_ids=call), 7)
    await count_heads(asking, await held(asking, type="call_clinic", call_ids=call), 2)
    await held(asking, type="call_info")
    found = await measures(asking("events", COORDINATOR))
    values = {key: item["value"] for key, item in found.items() if item["state"] == "value"}
    assert values == {
        "netday_nat": "1",
        "netday_nat_part": "10",
        "netday_reg": "2",
        "netday_reg_part": "25",
        "bm_trips": "1",
        "call_infos": "1",
        "call_clinics": "1",
        "call_part": "9",
    }


async def test_a_month_ends_at_its_last_midnight(asking):
    end = datetime.fromisoformat("2026-03-31T21:00:00Z")  # In Helsinki the 31st of March is just over.
    await held(asking)
    await held(asking, starts_at=end - timedelta(hours=2), ends_at=end)
    for period, months in (("2026S1", "1"), ("2026-03", "1"), ("2026-04", "0")):
        coffee = (await measures(asking("events", FUNDER), period=period))["coffee"]
        assert {one["key"]: one["value"] for one in coffee["extra"]}["months_with_event"] == months


async def test_themes_are_a_share_of_the_taxonomy(asking):
    await held(asking, themes=["leadership", "competence"])
    await held(asking, themes=["leadership", "oma-teema"])
    topics = (await measures(asking("events", COORDINATOR)))["coffee_topics"]
    assert (topics["numerator"], topics["denominator"], topics["value"]) == ("2", "20", "10.0")


@pytest.mark.parametrize("period", ["2026S1", "2026-03-01/2026-03-31"])
async def test_every_figure_opens_to_the_very_rows_it_counts(asking, period):
    staff = asking("events", ADMIN)
    events = [
        await held(asking, type="network_day", scope="regional"),
        await held(asking, type="major_region_event", scope="regional"),
        await held(asking, type="call_info", call_ids=[str(ELSEWHERE)]),
        await held(asking),
    ]
    await held(asking, type="call_info")
    await staff.post(f"/v1/events/{events[3]['id']}/archive")
    funder = asking("events", FUNDER)
    for key, item in (await measures(funder, period)).items():
        if key.endswith(("_part", "_topics")):
            continue
        rows = await funder.send("GET", item["rows"].removeprefix("/api/events"))
        assert rows.status_code == 200, rows.text
        assert str(len(rows.json()["items"])) == item["value"], key


@pytest.mark.parametrize("path", ["/v1/measures", "/v1/summary"])
@pytest.mark.parametrize(
    ("grants", "status"),
    [
        ((), 401),
        ((COORDINATOR_ELSEWHERE,), 404),
        ((Grant(Role.project_contact, project_id=ELSEWHERE),), 404),
        ((FUNDER,), 200),
        ((Grant(Role.funder),), 200),
        ((ADMIN,), 200),
    ],
)
async def test_figures_are_read_by_the_coordinations_own(asking, path, grants, status):
    answer = await asking("events", *grants).get(path, coordination=str(COORDINATION), period="2026S1")
    assert answer.status_code == status


@pytest.mark.parametrize("period", ["2026S3", "soon", "2026-02-30/2026-03-01", "9999"])
async def test_a_period_that_is_none_is_refused(asking, period):
    answer = await asking("events", ADMIN).get("/v1/measures", coordination=str(COORDINATION), period=period)
    assert answer.status_code == 422


async def test_the_summary_tells_planned_held_and_cancelled_apart(asking):
    staff = asking("events", ADMIN)
    await attend(asking, await held(asking), 3)
    await held(asking, type="webinar")
    cancelled = await held(asking, type="webinar")
    await attend(asking, cancelled, 1)
    await staff.post(f"/v1/events/{cancelled['id']}/cancel", {"reason": {"fi": "Peruttu"}})
    await a_draft(staff, starts_at=PAST)
    answer = await asking("events", COORDINATOR).get("/v1/summary", coordination=str(COORDINATION), period="2026S1")
    body = answer.json()
    assert body.pop("computed_at").endswith("Z")
    assert body == {
        "by_type": [
            {"type": "hankekahvit", "planned": 1, "held": 1, "cancelled": 0},
            {"type": "webinar", "planned": 2, "held": 1, "cancelled": 1},
        ],
        "registrations": 3,
        "attendances": 3,
        "organisations": 3,
    }


@pytest.mark.own_database
async def test_figures_cost_the_same_however_many_registered(asking, superuser):
    """The figures come from counters: the registrations' table is not even read."""
    await attend(asking, await held(asking), 3)
    await superuser.execute("REVOKE SELECT ON events.registrations FROM vipu_events")
    part = (await measures(asking("events", COORDINATOR)))["coffee_part"]
    assert part["value"] == "3"


@pytest.mark.parametrize(
    ("ends_at", "half"),
    [
        ("2026-06-30T20:30:00Z", "2026S1"),  # 23:30 in Helsinki.
        ("2026-06-30T21:00:00Z", "2026S1"),  # Midnight: the end of that day, not the beginning of the next.
        ("2026-06-30T21:00:01Z", "2026S2"),
        ("2025-12-31T22:30:00Z", "2026S1"),  # Over the midnight of New Year: counted once, where it ends.
    ],
)
async def test_an_event_counts_in_the_half_year_of_its_last_helsinki_day(asking, ends_at, half):
    end = datetime.fromisoformat(ends_at)
    event = await held(asking, starts_at=end - timedelta(hours=3), ends_at=end)
    for period in ("2025S2", "2026S1", "2026S2"):
        found = await asking("events").get("/v1/events", period=period)
        assert [item["id"] for item in found.json()["items"]] == ([event["id"]] if period == half else [])
        counted = (await measures(asking("events", FUNDER), period=period))["coffee"]
        assert counted["value"] == ("1" if period == half else "0")
