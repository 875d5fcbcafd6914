"""All 46 measures: each in its own state, compared, exported, opened."""

import csv
import io
import json
from decimal import Decimal

import openpyxl
import pytest

from services.contracts import measures
from services.contracts.measures import MeasureState, catalogue
from services.contracts.roles import Grant, Role
from tests.gateway import fakes
from tests.gateway.fakes import COORDINATION

ADMIN = Grant(Role.admin)
MEASURES = "/v1/coordinations/parempi-tyoelama/measures"
COFFEE_ROWS = f"/api/events/v1/events?coordination={COORDINATION}&type=hankekahvit&held=true&period=2026S2"


@pytest.fixture
def told(front):
    """Figures of every kind."""
    events, feedback, registry = front.events.figures, front.feedback.figures, front.registry.figures
    events["coffee"] = measures.counted("coffee", 5, rows=COFFEE_ROWS)
    events["webinar"] = measures.counted("webinar", 0, rows="/api/events/v1/events?type=webinar")
    events["coffee_topics"] = measures.ratio("coffee_topics", 3, 12, rows=None)
    extra = measures.ExtraValue(key="persons", value=Decimal(61), unit="henkilö")
    events["coffee_part"] = measures.counted("coffee_part", 100, rows=None, extra=[extra])
    feedback["webinar_fb"] = measures.mean("webinar_fb", Decimal("4.25"), n=12, rows=None)
    feedback["call_fb"] = measures.without_value("call_fb", MeasureState.hidden, reason="small_group")
    registry["social_engagement"] = measures.counted("social_engagement", 28, rows=None)
    registry["monitoring_reports"] = measures.without_value(
        "monitoring_reports", MeasureState.not_due, reason="due_later"
    )
    front.events.former_figures = {
        "coffee": measures.counted("coffee", 6, rows=None),
        "webinar": measures.counted("webinar", 0, rows=None),
        "coffee_topics": measures.ratio("coffee_topics", 2, 12, rows=None),
    }
    front.feedback.former_figures = {"webinar_fb": measures.mean("webinar_fb", Decimal(4), n=9, rows=None)}
    front.registry.former_figures = {
        "social_engagement": measures.counted("social_engagement", 20, rows=None),
        "blogs": measures.counted("blogs", 2, rows=None),
    }
    return front


async def by_key(front, **params):
    answer = await front.client(ADMIN).get(MEASURES, period="2026S2", **params)
    assert answer.status_code == 200, answer.text
    return {item["key"]: item for item in answer.json()["items"]}


async def test_every_measure_of_the_catalogue_stands_once_in_its_order(told):
    answer = (await told.client(ADMIN).get(MEASURES, period="2026S2")).json()
    assert [item["key"] for item in answer["items"]] == [row.key for row in catalogue()]
    assert (answer["partial"], answer["compared_with"]) == (False, None)
    assert answer["period"] == {"label": "2026S2", "first_on": "2026-07-01", "last_on": "2026-12-31"}
    assert all(set(item["name"]) == {"fi", "sv", "en"} and all(item["name"].values()) for item in answer["items"])


async def test_the_six_states_are_never_shown_as_each_other(told):
    told.transport.remove("registry.vipu")
    first = await told.client(ADMIN).get(f"/v1/coordinations/{COORDINATION}/measures", period="2026S2")
    items = {item["key"]: item for item in first.json()["items"]}
    shown = {key: (items[key]["state"], items[key]["value"]) for key in ("coffee", "webinar", "call_fb", "gp_sparred")}
    assert shown == {
        "coffee": ("value", 5),
        "webinar": ("zero", 0),
        "call_fb": ("hidden", None),
        "gp_sparred": ("unavailable", None),
    }
    assert items["bm_trips"]["state"] == "no_data"


async def test_shares_and_means_keep_what_they_are_made_of(told):
    items = await by_key(told)
    share, mean, people = items["coffee_topics"], items["webinar_fb"], items["coffee_part"]
    assert (share["value"], share["numerator"], share["denominator"], share["unit"]) == (25, 3, 12, "%, luettelo")
    assert (mean["value"], mean["n"]) == (4.25, 12)
    assert people["extra"] == [{"key": "persons", "value": 61, "unit": "henkilö"}]
    assert items["monitoring_reports"]["state"] == "not_due"


async def test_only_counts_are_compared_with_the_period_before(told):
    changes = {key: item["change"] for key, item in (await by_key(told, compare="previous")).items()}
    assert changes["coffee"] == {"period": "2026S1", "previous": 6, "difference": -1}
    assert changes["webinar"] == {"period": "2026S1", "previous": 0, "difference": 0}
    # A share, a mean, a running total, and what is known in one of the periods only.
    assert [changes[key] for key in ("coffee_topics", "webinar_fb", "social_engagement", "blogs")] == [None] * 4
    assert {item["change"] for item in (await by_key(told)).values()} == {None}


@pytest.mark.parametrize(
    ("period", "compare", "label"),
    [
        ("2026S2", "previous", "2026S1"),
        ("2026S2", "same-last-year", "2025S2"),
        ("2026Q1", "previous", "2025Q4"),
        ("2026-01", "same-last-year", "2025-01"),
        ("2024-02-29/2024-02-29", "same-last-year", "2023-02-28/2023-02-28"),
        ("1990", "previous", None),
    ],
)
async def test_the_compared_period_is_named(told, period, compare, label):
    answer = (await told.client(ADMIN).get(MEASURES, period=period, compare=compare)).json()
    assert (answer["compared_with"] or {}).get("label") == label


async def test_a_key_left_out_is_unavailable_and_an_invented_or_foreign_one_is_not_taken(told):
    del told.events.figures["bm_trips"]
    told.events.figures["invented"] = told.events.figures["coffee"].model_copy(update={"key": "invented"})
    told.events.figures["blogs"] = measures.counted("blogs", 99, rows=None)
    items = await by_key(told)
    assert len(items) == 46 and "invented" not in items
    assert (items["bm_trips"]["state"], items["bm_trips"]["reason"]) == ("unavailable", "not_answered")
    assert items["blogs"]["state"] == "no_data"


async def test_a_state_that_only_the_service_knows_shows_no_value_and_hides_no_other_figure(told):
    told.events.later_states = {"coffee": "estimated"}
    found = await by_key(told)
    assert (found["coffee"]["state"], found["coffee"]["value"]) == ("unavailable", None)
    assert found["coffee_part"]["value"] == 100


async def test_what_is_hidden_does_not_leak_by_its_companions(told):
    leaking = measures.mean("call_fb", Decimal("3.4"), n=3, rows=None).model_copy(update={"state": MeasureState.hidden})
    told.feedback.figures["call_fb"] = leaking
    item = (await by_key(told))["call_fb"]
    assert [item[name] for name in ("value", "numerator", "denominator", "n")] == [None] * 4


async def test_a_file_has_the_same_figures_as_numbers(told):
    admin = told.client(ADMIN)
    listed = await by_key(told)
    for_excel = await admin.get(MEASURES, period="2026S2", format="csv", excel="fi")
    rows = list(csv.DictReader(io.StringIO(for_excel.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["key"] for row in rows] == list(listed)
    assert {row["key"]: row["value"] for row in rows if row["key"] in {"coffee", "webinar", "webinar_fb"}} == {
        "coffee": "5",
        "webinar": "0",
        "webinar_fb": "4.25",
    }
    workbook = openpyxl.load_workbook(io.BytesIO((await admin.get(MEASURES, period="2026S2", format="xlsx")).content))
    header, *lines = workbook["Vipu"].iter_rows(values_only=True)
    values = {line[header.index("key")]: line[header.index("value")] for line in lines}
    assert (values["webinar"], values["webinar_fb"], values["call_fb"]) == (0, 4.25, None)
    assert values == {key: item["value"] for key, item in listed.items()}
    by_line = (await admin.get(MEASURES, period="2026S2", headers={"Accept": "application/jsonl"})).text
    assert [json.loads(line) for line in by_line.splitlines()] == list(listed.values())


async def test_a_figure_opens_to_its_rows_with_the_callers_own_token(told):
    told.events.bodies["/v1/events"] = {"items": [{"id": "a", "title": {"fi": "Kahvit"}}], "next_cursor": "abc"}
    link = (await by_key(told))["coffee"]["rows"]
    assert link == f"/api/dashboard/v1/coordinations/{COORDINATION}/measures/coffee/rows?period=2026S2"
    answer = await told.client(ADMIN).get(link.removeprefix("/api/dashboard"), limit=1, cursor="xyz")
    assert answer.json() == {"items": [{"id": "a", "title": {"fi": "Kahvit"}}], "next_cursor": "abc"}
    assert (answer.headers["cache-control"], 'rel="next"' in answer.headers["link"]) == ("no-store", True)
    path, query, headers = told.events.asked[-1]
    assert path == "/v1/events" and headers["authorization"].startswith("Bearer ey")
    assert query == {
        "coordination": [COORDINATION],
        "type": ["hankekahvit"],
        "held": ["true"],
        "period": ["2026S2"],
        "limit": ["1"],
        "cursor": ["xyz"],
    }


@pytest.mark.parametrize(
    ("key", "status", "code"), [("coffee_part", 409, "measure-without-rows"), ("invented", 404, "not-found")]
)
async def test_a_figure_without_rows_says_so(told, key, status, code):
    answer = await told.client(ADMIN).get(f"{MEASURES}/{key}/rows", period="2026S2")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/v1/events",
        "//evil.example/api/events/v1/events",
        "/api/events/v1/../../oauth/token",
        "/api/events/metrics",
        "/v1/events",
        "/api/dashboard/v1/coordinations",
        "/api/events/v1/%2e%2e/metrics",
    ],
)
async def test_rows_are_fetched_from_our_own_lists_only(told, address):
    told.events.figures["coffee"] = measures.counted("coffee", 5, rows=address)
    answer = await told.client(ADMIN).get(f"{MEASURES}/coffee/rows", period="2026S2")
    assert answer.status_code == 503
    assert told.events.asked[-1][0] == "/v1/measures"


@pytest.mark.parametrize(
    ("status", "cursor", "shown", "code"),
    [
        (400, "edited", 400, "invalid-cursor"),
        (401, None, 401, "unauthenticated"),
        (403, None, 403, "forbidden"),
        (404, None, 404, "not-found"),
        (422, None, 422, "invalid"),
        (500, None, 503, "unavailable"),
    ],
)
async def test_what_the_list_refuses_is_refused(told, status, cursor, shown, code):
    told.events.bodies["/v1/events"] = {"secret": "of the list"}
    told.events.status["/v1/events"] = status
    answer = await told.client(ADMIN).get(f"{MEASURES}/coffee/rows", **({"cursor": cursor} if cursor else {}))
    assert (answer.status_code, answer.json()["code"]) == (shown, code)
    assert "secret" not in answer.text


async def test_rows_are_never_remembered(told):
    told.events.bodies["/v1/events"] = {"items": [{"name": "Someone"}], "next_cursor": None}
    admin = told.client(ADMIN)
    assert (await admin.get(f"{MEASURES}/coffee/rows", period="2026S2")).status_code == 200
    told.events.behaviour = fakes.html
    assert (await admin.get(f"{MEASURES}/coffee/rows", period="2026S2")).status_code == 503
