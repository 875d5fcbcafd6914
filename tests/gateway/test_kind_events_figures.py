"""Figures through the gateway: their rows, what rows lack, their series, and where a definition changed."""

from datetime import date, timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from services.contracts import measures
from services.contracts.measures import EVENTS_OF, Qualifier, definition_versions
from services.contracts.roles import Grant, Role
from tests.demo.adding_up import Reader
from tests.factories import PAST, an_event, person, released
from tests.gateway.fakes import COORDINATION

ADMIN = Grant(Role.admin)
SERVICE = Grant(Role.service)
SERIES = "/v1/coordinations/parempi-tyoelama/measures/{}/series"
CALL = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d33"
# Type, facts, heads or people by name, and the themes of the outcome.
HALF_YEAR = [
    ("network_day", {}, 30, None),
    ("network_day", {"scope": "regional"}, 12, None),
    ("major_region_event", {"scope": "national"}, 25, None),
    ("hankekahvit", {"themes": ["leadership"]}, -6, ["leadership", "competence"]),
    ("hankekahvit", {}, 40, None),
    ("hankekahvit", {}, None, ["oma-teema"]),
    ("benchmarking_trip", {}, 8, None),
    ("webinar", {}, -5, None),
    ("call_info", {"call_ids": [CALL]}, 20, None),
    ("call_info", {}, 4, None),
    ("call_clinic", {"call_ids": [CALL]}, 7, None),
]
EXPECTED = {
    "netday_nat": 1, "netday_nat_part": 30, "netday_reg": 2, "netday_reg_part": 37, "netday_reg_fb": 3.6,
    "coffee": 3, "coffee_part": 46, "coffee_topics": 10, "bm_trips": 1, "webinar": 1, "webinar_part": 5,
    "call_infos": 2, "call_clinics": 1, "call_part": 31, "call_fb": 3.6,
}  # fmt: skip


@pytest_asyncio.fixture
async def coordination(client, applications):
    """A coordination project with a half-year of events."""
    facts = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Parempi työelämä!"}}
    made = (await client("registry", ADMIN).post("/v1/projects", facts)).json()["id"]
    await applications.worker("registry").drain()  # Events learns of the project.
    staff = client("events", ADMIN)
    for number, (kind, more, came, outcome) in enumerate(HALF_YEAR):
        starts_at = PAST + timedelta(days=number)
        event = await an_event(staff, type=kind, coordination_id=made, starts_at=starts_at, **more)
        address = f"/v1/events/{event['id']}"
        if came is not None and came >= 0:
            await staff.put(f"{address}/headcount", {"count": came})
        for name in range(-came if came and came < 0 else 0):
            await staff.post(f"{address}/walk-ins", {"name": person(name)["name"]})
        if outcome is not None:
            await staff.put(f"{address}/outcome", {"themes": {"main": outcome}})
    return made


@pytest.mark.slow
async def test_every_figure_of_a_half_year_equals_its_rows_on_the_dashboard(applications, client, coordination):
    for event_type in ("major_region_event", "call_info"):
        event = {"event_type": event_type, "coordination_id": coordination, "held_on": "2026-03-11"}
        answers = [{"overall": score} for score in (4, 5, 3, 4, 2)]
        await released(applications, client("feedback", SERVICE), client("feedback"), answers, **event)
    readers = [ADMIN, *(Grant(role, coordination_id=UUID(coordination)) for role in (Role.coordinator, Role.funder))]
    admin, coordinator, funder = [await Reader(client, who, coordination).check("2026S1") for who in readers]
    assert admin == coordinator
    assert funder.items() <= admin.items()
    assert {key: value for key, value in admin.items() if value and key != "network_map"} == EXPECTED


async def test_what_rows_lack_opens_to_those_rows(client, coordination):
    reader = client("dashboard", Grant(Role.funder, coordination_id=UUID(coordination)))
    base = f"/v1/coordinations/{coordination}/measures"
    figures = {item["key"]: item for item in (await reader.get(base, period="2026S1")).json()["items"]}
    lacking = {key: {one["code"]: one["count"] for one in item["missing"]} for key, item in figures.items()}
    assert {key: codes for key, codes in lacking.items() if codes} == {
        "coffee_part": {"attendance_missing": 1},
        "coffee_topics": {"outcome_missing": 1},
        "call_infos": {"call_missing": 1},
        "call_part": {"call_missing": 1},
    }
    for key, codes in lacking.items():
        for code in codes:
            rows = await reader.get(f"{base}/{key}/rows", period="2026S1", missing=code)
            assert [row["type"] for row in rows.json()["items"]] == [EVENTS_OF[key].kinds[0].type]
    nothing = await reader.get(f"{base}/coffee/rows", period="2026S1", missing="call_missing")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "measure-without-rows")


async def test_people_of_unknown_organisations_open_to_their_spellings_for_the_staff_alone(client, coordination):
    staff = client("events", ADMIN)
    for kind, spellings in (("hankekahvit", "AAB"), ("webinar", "AC"), ("steering_group", "A")):
        event = await an_event(staff, type=kind, coordination_id=coordination, starts_at=PAST)
        for number, spelling in enumerate(spellings):
            body = {"name": f"Vieras {number}", "organisation": f"Tuntematon {spelling}"}
            assert (await staff.post(f"/v1/events/{event['id']}/walk-ins", body)).status_code == 201
    base = f"/v1/coordinations/{coordination}/measures"
    asked = {"period": "2026S1", "missing": "organisation_unknown"}
    for role in (Role.coordinator, Role.funder):
        reader = client("dashboard", Grant(role, coordination_id=UUID(coordination)))
        figures = {item["key"]: item for item in (await reader.get(base, period="2026S1")).json()["items"]}
        for key, attended in (("coffee_part", {"A": 2, "B": 1}), ("webinar_part", {"A": 1, "C": 1})):
            [lack] = [one for one in figures[key]["missing"] if one["code"] == "organisation_unknown"]
            rows = await reader.get(f"{base}/{key}/rows", **asked)
            if role is Role.funder:
                assert (lack["count"], lack["rows"], rows.json()["code"]) == (None, None, "measure-without-rows")
                continue
            assert lack["count"] == sum(attended.values())
            found = {row["spelling"]: row["attended"] for row in rows.json()["items"]}
            assert found == {f"Tuntematon {spelling}": count for spelling, count in attended.items()}


async def test_a_series_of_real_figures_is_by_time(client, coordination):
    address = f"/v1/coordinations/{coordination}/measures/webinar_part/series"
    answer = await client("dashboard", ADMIN).get(address, periods=["2026-03", "2025S2", "2026-01"])
    assert answer.status_code == 200, answer.text
    series = answer.json()
    points = [(point["period"]["label"], point["state"], point["value"]) for point in series["items"]]
    assert points == [("2025S2", "zero", 0), ("2026-01", "zero", 0), ("2026-03", "value", 5)]
    assert (series["partial"], series["breaks"]) == (False, [])
    assert series["total"] == {"value": 5, "qualifier": None, "reason": None}


# Series over a change of the definition.


@pytest.fixture
def counting_front(front):
    """A gateway whose fake upstreams count the same in every half-year."""
    front.events.figures["coffee"] = measures.counted("coffee", 5, rows="/api/events/v1/events?measure=coffee")
    front.events.figures["webinar"] = measures.counted("webinar", 2, rows=None, qualifier=Qualifier.over)
    front.events.former_figures = dict(front.events.figures)
    front.feedback.figures["webinar_fb"] = measures.mean("webinar_fb", measures.Decimal("4.25"), n=12, rows=None)
    return front


async def series_of(front, key, **query):
    answer = await front.client(ADMIN).get(SERIES.format(key), **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_series_shows_where_the_definition_changed_and_adds_over_it_only_when_asked_to(counting_front):
    halves = ["2025S2", "2026S1", "2026S2"]
    series = await series_of(counting_front, "coffee", periods=halves)
    [changed] = series["breaks"]
    assert changed == {
        "definition_version": 2,
        "holds_from_on": definition_versions()["coffee"][-1].holds_from_on.isoformat(),
        "before": "2026S1",
        "after": "2026S2",
    }
    assert [point["version_in_force"] for point in series["items"]] == [1, 1, 2]
    assert series["total"] == {"value": None, "qualifier": None, "reason": "definition_changed"}
    added = await series_of(counting_front, "coffee", periods=halves, across_breaks="true")
    assert (added["total"]["value"], added["breaks"]) == (15, [changed])
    before = await series_of(counting_front, "coffee", periods=halves[:2])
    assert (before["total"]["value"], before["breaks"]) == (10, [])


async def test_a_definition_that_never_changed_has_no_break(counting_front):
    series = await series_of(counting_front, "webinar", periods=["2026S2", "2026S1"])
    assert ([point["period"]["label"] for point in series["items"]], series["breaks"]) == (["2026S1", "2026S2"], [])
    assert series["total"] == {"value": 4, "qualifier": "over", "reason": None}


async def test_what_does_not_add_up_or_is_not_known_is_not_added(counting_front):
    mean = await series_of(counting_front, "webinar_fb", periods=["2026S1", "2026S2"])
    assert mean["total"] == {"value": None, "qualifier": None, "reason": "not_addable"}
    unknown = await series_of(counting_front, "bm_trips", periods=["2026S1", "2026S2"])
    assert unknown["total"]["reason"] == "not_all_known"


async def test_periods_that_overlap_are_refused_and_the_same_twice_is_one(counting_front):
    admin = counting_front.client(ADMIN)
    answer = await admin.get(SERIES.format("coffee"), periods=["2026", "2026S1"])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "periods-overlap")
    assert len((await series_of(counting_front, "coffee", periods=["2026S1", "2026S1"]))["items"]) == 1
    assert (await admin.get(SERIES.format("invented"), periods=["2026S1"])).status_code == 404


async def test_a_series_without_its_service_is_unavailable_and_of_a_stranger_not_found(counting_front):
    counting_front.transport.remove("events.vipu")
    answer = await counting_front.client(ADMIN).get(SERIES.format("coffee"), periods=["2026S1"])
    assert answer.status_code == 503
    elsewhere = Grant(Role.coordinator, coordination_id=UUID(COORDINATION[:-2] + "99"))
    answer = await counting_front.client(elsewhere).get(SERIES.format("coffee"), periods=["2026S1"])
    assert answer.status_code == 404


def test_a_change_of_a_definition_has_a_day():
    changed = {key: found for key, found in definition_versions().items() if len(found) > 1}
    assert len(changed) == 34
    days = {version.holds_from_on for found in changed.values() for version in found[1:]}
    assert days == {date(2026, 11, 26)}
    assert {found[0].holds_from_on for found in changed.values()} == {None}
