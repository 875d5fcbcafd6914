"""All 46 measures: each in its own state, compared, exported, opened."""

import csv
import io
import json
from decimal import Decimal

import openpyxl
import pytest

from services.contracts import measures
from services.contracts.measures import MeasureState, Qualifier, catalogue
from services.contracts.roles import Grant, Role
from tests.gateway import fakes
from tests.gateway.fakes import COORDINATION

ADMIN = Grant(Role.admin)
WHOLE = {"period": "2026S1", "qualifier": None}
MEASURES = "/v1/coordinations/parempi-tyoelama/measures"
COFFEE_ROWS = f"/api/events/v1/events?coordination={COORDINATION}&type=hankekahvit&held=true&period=2026S2"


@pytest.fixture
def filled_front(front):
    """A gateway whose fake upstreams have figures of every kind."""
    events, feedback, registry = front.events.figures, front.feedback.figures, front.registry.figures
    events["coffee"] = measures.counted("coffee", 5, rows=COFFEE_ROWS)
    events["webinar"] = measures.counted("webinar", 0, rows="/api/events/v1/events?type=webinar")
    events["coffee_topics"] = measures.ratio("coffee_topics", 3, 12, rows=None)
    extra = measures.further("organisations", 61, "organisaatio", qualifier=measures.Qualifier.at_least)
    people = measures.counted("coffee_part", 100, rows=None, extra=[extra], qualifier=measures.Qualifier.over)
    parts = [measures.further("persons", 40, "osallistuminen"), measures.further("heads", 60, "osallistuminen")]
    events["coffee_part"] = people.model_copy(update={"parts": parts})
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


async def test_every_measure_of_the_catalogue_stands_once_in_its_order(filled_front):
    answer = (await filled_front.client(ADMIN).get(MEASURES, period="2026S2")).json()
    assert [item["key"] for item in answer["items"]] == [row.key for row in catalogue()]
    assert (answer["partial"], answer["compared_with"]) == (False, None)
    assert answer["period"] == {"label": "2026S2", "first_on": "2026-07-01", "last_on": "2026-12-31"}
    assert all(set(item["name"]) == {"fi", "sv", "en"} and all(item["name"].values()) for item in answer["items"])


async def test_the_six_states_are_never_shown_as_each_other(filled_front):
    filled_front.transport.remove("registry.vipu")
    first = await filled_front.client(ADMIN).get(f"/v1/coordinations/{COORDINATION}/measures", period="2026S2")
    items = {item["key"]: item for item in first.json()["items"]}
    shown = {key: (items[key]["state"], items[key]["value"]) for key in ("coffee", "webinar", "call_fb", "gp_sparred")}
    assert shown == {
        "coffee": ("value", 5),
        "webinar": ("zero", 0),
        "call_fb": ("hidden", None),
        "gp_sparred": ("unavailable", None),
    }
    assert items["bm_trips"]["state"] == "no_data"


async def test_shares_and_means_keep_what_they_are_made_of(filled_front):
    items = await by_key(filled_front)
    share, mean, people = items["coffee_topics"], items["webinar_fb"], items["coffee_part"]
    assert (share["value"], share["numerator"], share["denominator"], share["unit"]) == (25, 3, 12, "%, luettelo")
    assert (mean["value"], mean["n"]) == (4.25, 12)
    organisations = {"key": "organisations", "subject": None, "state": "value", "value": 61}
    assert people["extra"] == [{**organisations, "qualifier": "at_least", "unit": "organisaatio"}]
    assert (people["qualifier"], [part["value"] for part in people["parts"]]) == ("over", [40, 60])
    assert items["monitoring_reports"]["state"] == "not_due"


async def test_only_counts_are_compared_with_the_period_before(filled_front):
    changes = {key: item["change"] for key, item in (await by_key(filled_front, compare="previous")).items()}
    assert changes["coffee"] == {**WHOLE, "previous": 6, "difference": -1, "definition_changed": True}
    assert changes["webinar"] == {**WHOLE, "previous": 0, "difference": 0, "definition_changed": False}
    # A share, a mean, a running total, and what is known in one of the periods only.
    assert [changes[key] for key in ("coffee_topics", "webinar_fb", "social_engagement", "blogs")] == [None] * 4
    assert {item["change"] for item in (await by_key(filled_front)).values()} == {None}


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        (None, None, None),
        (Qualifier.about, None, "about"),
        (Qualifier.over, None, "over"),
        (Qualifier.at_least, None, "at_least"),
        (None, Qualifier.about, "about"),
        # From more than 60 to 100 is a rise of less than 40.
        (None, Qualifier.over, "about"),
        (None, Qualifier.at_least, "about"),
        (Qualifier.over, Qualifier.over, "about"),
        (Qualifier.at_least, Qualifier.at_least, "about"),
    ],
)
async def test_a_difference_is_a_bound_only_where_the_earlier_number_is_exact(front, now, then, expected):
    front.events.figures["coffee_part"] = measures.counted("coffee_part", 100, rows=None, qualifier=now)
    front.events.former_figures = {"coffee_part": measures.counted("coffee_part", 60, rows=None, qualifier=then)}
    change = (await by_key(front, compare="previous"))["coffee_part"]["change"]
    assert (change["difference"], change["qualifier"]) == (40, expected)


@pytest.mark.parametrize(
    ("period", "compare", "label"),
    [
        ("2026S2", "previous", "2026S1"),
        ("2026S2", "same-last-year", "2025S2"),
        ("2026Q1", "previous", "2025Q4"),
        ("2026-01", "same-last-year", "2025-01"),
        ("2024-02-29/2024-02-29", "same-last-year", "2023-02-28/2023-02-28"),
        ("2026-01-10/2026-02-28", "same-last-year", "2025-01-10/2025-02-28"),
        ("1990", "previous", None),
    ],
)
async def test_the_compared_period_is_named(filled_front, period, compare, label):
    answer = (await filled_front.client(ADMIN).get(MEASURES, period=period, compare=compare)).json()
    assert (answer["compared_with"] or {}).get("label") == label


async def test_a_key_left_out_is_unavailable_and_an_invented_or_foreign_one_is_not_taken(filled_front):
    del filled_front.events.figures["bm_trips"]
    filled_front.events.figures["invented"] = filled_front.events.figures["coffee"].model_copy(
        update={"key": "invented"}
    )
    filled_front.events.figures["blogs"] = measures.counted("blogs", 99, rows=None)
    items = await by_key(filled_front)
    assert len(items) == 46 and "invented" not in items
    assert (items["bm_trips"]["state"], items["bm_trips"]["reason"]) == ("unavailable", "not_answered")
    assert items["blogs"]["state"] == "no_data"


async def test_a_state_that_only_the_service_knows_shows_no_value_and_hides_no_other_figure(filled_front):
    filled_front.events.later_states = {"coffee": "estimated"}
    found = await by_key(filled_front)
    assert (found["coffee"]["state"], found["coffee"]["value"]) == ("unavailable", None)
    assert found["coffee_part"]["value"] == 100


async def test_what_is_hidden_does_not_leak_by_its_companions(filled_front):
    extra = [measures.further("response_rate", Decimal("12.5"), "%")]
    leaking = measures.mean("call_fb", Decimal("3.4"), n=3, rows=None, extra=extra).model_copy(
        update={"state": MeasureState.hidden, "numerator": Decimal(1), "denominator": Decimal(8), "parts": extra}
    )
    filled_front.feedback.figures["call_fb"] = leaking
    item = (await by_key(filled_front))["call_fb"]
    assert [item[name] for name in ("value", "numerator", "denominator", "n")] == [None] * 4
    assert (item["extra"], item["parts"]) == ([], [])
    assert item["definition_version"] == 2


async def test_a_file_has_the_same_figures_as_numbers(filled_front):
    admin = filled_front.client(ADMIN)
    listed = await by_key(filled_front)
    for_excel = await admin.get(MEASURES, period="2026S2", format="csv", excel="fi")
    rows = list(csv.DictReader(io.StringIO(for_excel.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["key"] for row in rows] == list(listed)
    assert {row["key"]: row["value"] for row in rows if row["key"] in {"coffee", "webinar", "webinar_fb"}} == {
        "coffee": "5",
        "webinar": "0",
        "webinar_fb": "4,25",
    }
    workbook = openpyxl.load_workbook(io.BytesIO((await admin.get(MEASURES, period="2026S2", format="xlsx")).content))
    header, *lines = workbook["Vipu"].iter_rows(values_only=True)
    values = {line[header.index("key")]: line[header.index("value")] for line in lines}
    assert (values["webinar"], values["webinar_fb"], values["call_fb"]) == (0, 4.25, None)
    assert values == {key: item["value"] for key, item in listed.items()}
    by_line = (await admin.get(MEASURES, period="2026S2", headers={"Accept": "application/jsonl"})).text
    assert [json.loads(line) for line in by_line.splitlines()] == list(listed.values())


async def test_a_figure_opens_to_its_rows_with_the_callers_own_token(filled_front):
    filled_front.events.bodies["/v1/events"] = {
        "items": [{"id": "a", "title": {"fi": "Kahvit"}}],
        "next_cursor": "abc",
    }
    link = (await by_key(filled_front))["coffee"]["rows"]
    assert link == f"/api/dashboard/v1/coordinations/{COORDINATION}/measures/coffee/rows?period=2026S2"
    answer = await filled_front.client(ADMIN).get(link.removeprefix("/api/dashboard"), limit=1, cursor="xyz")
    assert answer.json() == {"items": [{"id": "a", "title": {"fi": "Kahvit"}}], "next_cursor": "abc"}
    assert (answer.headers["cache-control"], 'rel="next"' in answer.headers["link"]) == ("no-store", True)
    path, query, headers = filled_front.events.requests[-1]
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
async def test_a_figure_without_rows_says_so(filled_front, key, status, code):
    answer = await filled_front.client(ADMIN).get(f"{MEASURES}/{key}/rows", period="2026S2")
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
async def test_rows_are_fetched_from_our_own_lists_only(filled_front, address):
    filled_front.events.figures["coffee"] = measures.counted("coffee", 5, rows=address)
    answer = await filled_front.client(ADMIN).get(f"{MEASURES}/coffee/rows", period="2026S2")
    assert answer.status_code == 503
    assert filled_front.events.requests[-1][0] == "/v1/measures"


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
async def test_what_the_list_refuses_is_refused(filled_front, status, cursor, shown, code):
    filled_front.events.bodies["/v1/events"] = {"secret": "of the list"}
    filled_front.events.status["/v1/events"] = status
    answer = await filled_front.client(ADMIN).get(f"{MEASURES}/coffee/rows", **({"cursor": cursor} if cursor else {}))
    assert (answer.status_code, answer.json()["code"]) == (shown, code)
    assert "secret" not in answer.text


async def test_rows_are_never_remembered(filled_front):
    filled_front.events.bodies["/v1/events"] = {"items": [{"name": "Someone"}], "next_cursor": None}
    admin = filled_front.client(ADMIN)
    assert (await admin.get(f"{MEASURES}/coffee/rows", period="2026S2")).status_code == 200
    filled_front.events.behaviour = fakes.html
    assert (await admin.get(f"{MEASURES}/coffee/rows", period="2026S2")).status_code == 503
