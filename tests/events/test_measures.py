"""Measures: 13 figures from the counters, each with its state and the very rows it counts."""

from datetime import datetime, timedelta

import pytest

from services.contracts.roles import Grant, Role
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    PAST,
    SERVICE,
    a_cancelled_event,
    a_draft,
    a_registration,
    an_event,
    known_organisations,
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


async def held(client, **facts):
    return await an_event(client("events", ADMIN), **{"starts_at": PAST, **facts})


async def count_heads(client, event, count):
    answer = await client("events", ADMIN).put(f"/v1/events/{event['id']}/headcount", {"count": count})
    assert answer.status_code == 200, answer.text


async def attend(client, event, people):
    staff = client("events", ADMIN)
    for number in range(people):
        body = {**person(number)}
        del body["privacy_accepted"]
        assert (await staff.post(f"/v1/events/{event['id']}/walk-ins", body)).status_code == 201


async def test_all_thirteen_are_answered_and_nought_is_zero(client):
    found = await measures(client("events", COORDINATOR))
    assert list(found) == KEYS
    assert {key: item["state"] for key, item in found.items()} == {
        **dict.fromkeys(KEYS, "zero"),
        "coffee_topics": "no_data",
    }
    assert found["coffee_topics"]["reason"] == "no_events_held"
    assert all(item["rows"].startswith("/api/events/v1/events?") for item in found.values())
    assert all(f"measure={key}&" in item["rows"] for key, item in found.items())
    two_years = await measures(client("events", COORDINATOR), period="2024-07-01/2026-06-30", keys=["coffee"])
    assert [one["value"] for one in two_years["coffee"]["extra"]] == ["0", "24"]
    later = await measures(client("events", COORDINATOR), period="2099S1")
    assert {(item["state"], item["reason"], item["value"]) for item in later.values()} == {
        ("not_due", "period_not_begun", None)
    }
    assert list(await measures(client("events", COORDINATOR), keys=["coffee", "gp_national"])) == ["coffee"]
    assert await measures(client("events", COORDINATOR), keys=["gp_national"]) == {}


async def test_only_held_events_of_the_coordination_and_period_count(client, superuser):
    staff = client("events", ADMIN)
    await held(client)
    await held(client, starts_at=PAST + timedelta(days=20))
    await held(client, coordination_id=str(ELSEWHERE))
    await held(client, starts_at=PAST - timedelta(days=365))
    await a_draft(staff, starts_at=PAST)
    await an_event(staff)
    await a_cancelled_event(staff, superuser)
    coffee = (await measures(client("events", FUNDER)))["coffee"]
    assert (coffee["state"], coffee["value"]) == ("value", "2")
    extra = {one["key"]: (one["value"], one["unit"]) for one in coffee["extra"]}
    assert extra == {"months_with_event": ("1", "kk"), "months_in_period": ("6", "kk")}


async def test_participants_are_those_who_came_by_name_or_by_headcount(client):
    await known_organisations(client("events", SERVICE))
    await attend(client, await held(client, type="webinar"), 4)
    await count_heads(client, await held(client, type="webinar"), 30)
    registered_only = await held(client, type="webinar")
    await a_registration(client("events", ADMIN), registered_only)
    part = (await measures(client("events", COORDINATOR)))["webinar_part"]
    assert part["value"] == "34"
    extra = {one["key"]: (one["value"], one["qualifier"], one["unit"]) for one in part["extra"]}
    assert extra == {
        # Nobody knows from which organisations the thirty heads came.
        "organisations": ("3", "at_least", "organisaatio"),
        "events": ("3", None, "kpl"),
        # Of the two events at which people were counted: the third is missing, not empty.
        "mean_per_event": ("17.0", None, "osallistuminen"),
    }


async def test_each_kind_of_event_counts_under_its_own_measure(client):
    call = [str(ELSEWHERE)]
    await count_heads(client, await held(client, type="network_day"), 10)
    await count_heads(client, await held(client, type="network_day", scope="regional"), 20)
    await count_heads(client, await held(client, type="major_region_event", scope="regional"), 5)
    await held(client, type="benchmarking_trip")
    await count_heads(client, await held(client, type="call_info", call_ids=call), 7)
    await count_heads(client, await held(client, type="call_clinic", call_ids=call), 2)
    await held(client, type="call_info")
    found = await measures(client("events", COORDINATOR))
    assert found["netday_nat"]["extra"] == []
    values = {key: item["value"] for key, item in found.items() if item["state"] == "value"}
    assert values == {
        "netday_nat": "1",
        "netday_nat_part": "10",
        "netday_reg": "2",
        "netday_reg_part": "25",
        "bm_trips": "1",
        # The one that belongs to no call counts too.
        "call_infos": "2",
        "call_clinics": "1",
        "call_part": "9",
    }


async def test_a_month_ends_at_its_last_midnight(client):
    end = datetime.fromisoformat("2026-03-31T21:00:00Z")  # In Helsinki the 31st of March is just over.
    await held(client)
    await held(client, starts_at=end - timedelta(hours=2), ends_at=end)
    for period, months in (("2026S1", "1"), ("2026-03", "1"), ("2026-04", "0")):
        coffee = (await measures(client("events", FUNDER), period=period))["coffee"]
        assert {one["key"]: one["value"] for one in coffee["extra"]}["months_with_event"] == months


async def test_themes_are_a_share_of_the_taxonomy(client):
    staff = client("events", ADMIN)
    for themes in (["leadership", "competence"], ["leadership", "oma-teema"]):
        event = await held(client)
        assert (await staff.put(f"/v1/events/{event['id']}/outcome", {"themes": {"main": themes}})).status_code == 200
    topics = (await measures(client("events", COORDINATOR)))["coffee_topics"]
    assert (topics["numerator"], topics["denominator"], topics["value"]) == ("2", "20", "10.0")
    assert "measure=coffee_topics" in topics["rows"]


@pytest.mark.parametrize("period", ["2026S1", "2026-03-01/2026-03-31"])
async def test_every_figure_opens_to_the_very_rows_it_counts(client, period):
    staff = client("events", ADMIN)
    events = [
        await held(client, type="network_day", scope="regional"),
        await held(client, type="major_region_event", scope="regional"),
        await held(client, type="call_info", call_ids=[str(ELSEWHERE)]),
        await held(client),
    ]
    await held(client, type="call_info")
    await staff.post(f"/v1/events/{events[3]['id']}/archive")
    funder = client("events", FUNDER)
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
async def test_figures_are_read_by_the_coordinations_own(client, path, grants, status):
    answer = await client("events", *grants).get(path, coordination=str(COORDINATION), period="2026S1")
    assert answer.status_code == status


@pytest.mark.parametrize("period", ["2026S3", "soon", "2026-02-30/2026-03-01", "9999"])
async def test_a_period_that_is_none_is_refused(client, period):
    answer = await client("events", ADMIN).get("/v1/measures", coordination=str(COORDINATION), period=period)
    assert answer.status_code == 422


async def test_the_summary_tells_planned_held_and_cancelled_apart(client, superuser):
    staff = client("events", ADMIN)
    await known_organisations(client("events", SERVICE))
    await attend(client, await held(client), 3)
    await held(client, type="webinar")
    await a_cancelled_event(staff, superuser, type="webinar")
    await a_draft(staff, starts_at=PAST)
    answer = await client("events", COORDINATOR).get("/v1/summary", coordination=str(COORDINATION), period="2026S1")
    body = answer.json()
    assert body.pop("computed_at").endswith("Z")
    assert body == {
        "by_type": [
            {"type": "hankekahvit", "planned": 1, "held": 1, "cancelled": 0},
            {"type": "webinar", "planned": 2, "held": 1, "cancelled": 1},
        ],
        "registrations": 3,
        "attendances": 3,
        "attendances_qualifier": None,
        "organisations": 3,
        "organisations_state": "value",
        "organisations_qualifier": None,
    }


@pytest.mark.own_database
async def test_figures_cost_the_same_however_many_registered(client, superuser):
    """The figures come from counters: the registrations' table is not even read."""
    await attend(client, await held(client), 3)
    await superuser.execute("REVOKE SELECT ON events.registrations FROM vipu_events")
    part = (await measures(client("events", COORDINATOR)))["coffee_part"]
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
async def test_an_event_counts_in_the_half_year_of_its_last_helsinki_day(client, ends_at, half):
    end = datetime.fromisoformat(ends_at)
    event = await held(client, starts_at=end - timedelta(hours=3), ends_at=end)
    for period in ("2025S2", "2026S1", "2026S2"):
        found = await client("events").get("/v1/events", period=period)
        assert [item["id"] for item in found.json()["items"]] == ([event["id"]] if period == half else [])
        counted = (await measures(client("events", FUNDER), period=period))["coffee"]
        assert counted["value"] == ("1" if period == half else "0")
