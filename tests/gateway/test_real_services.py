"""The dashboard over the real services: one figure, equal wherever it is shown."""

import csv
import io
from datetime import timedelta
from uuid import UUID

import pytest_asyncio

from services.contracts.measures import catalogue
from services.contracts.roles import Grant, Role
from services.gateway import app as gateway
from tests.client import ApiClient
from tests.factories import PAST

ADMIN = Grant(Role.admin)
PERIOD = "2026S1"


@pytest_asyncio.fixture
async def coordination(client, applications):
    """A coordination project that held one coffee for twelve and drafted another."""
    entered = await client("registry", ADMIN).post(
        "/v1/projects",
        {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Parempi työelämä!"}},
    )
    assert entered.status_code == 201, entered.text
    project = entered.json()
    await applications.worker("registry").drain()  # Events learns of the project.
    events = client("events", ADMIN)
    body = {
        "coordination_id": project["id"],
        "type": "hankekahvit",
        "title": {"fi": "Hankekahvit"},
        "starts_at": PAST.isoformat(),
        "ends_at": (PAST + timedelta(hours=1)).isoformat(),
    }
    event = (await events.post("/v1/events", body)).json()
    assert (await events.post(f"/v1/events/{event['id']}/publish")).status_code == 200
    counted = await events.put(f"/v1/events/{event['id']}/headcount", {"count": 12})
    assert counted.status_code == 200, counted.text
    # Not held: what is only drafted counts nowhere.
    assert (await events.post("/v1/events", body)).status_code == 201
    return project


async def test_a_figure_is_the_same_on_summary_list_file_and_rows(client, coordination):
    reader = client("dashboard", Grant(Role.coordinator, coordination_id=UUID(coordination["id"])))
    base = f"/v1/coordinations/{coordination['slug']}"
    summary = (await reader.get(f"{base}/summary", period=PERIOD)).json()
    listed = (await reader.get(f"{base}/measures", period=PERIOD, compare="previous")).json()
    file = (await reader.get(f"{base}/measures", period=PERIOD, format="csv")).text
    rows = (await reader.get(f"{base}/measures/coffee/rows", period=PERIOD)).json()
    assert (summary["partial"], listed["partial"]) == (False, False), summary
    assert summary["coordination"] == {name: coordination[name] for name in ("id", "slug", "name")}
    coffees = next(row for row in summary["sections"]["events"]["data"]["by_type"] if row["type"] == "hankekahvit")
    assert (coffees["planned"], coffees["held"], summary["sections"]["events"]["data"]["attendances"]) == (1, 1, 12)
    figures = {item["key"]: item for item in listed["items"]}
    assert list(figures) == [row.key for row in catalogue()]
    assert [(figures[key]["state"], figures[key]["value"]) for key in ("coffee", "coffee_part", "webinar")] == [
        ("value", 1),
        ("value", 12),
        ("zero", 0),
    ]
    assert figures["coffee"]["change"] == {
        "period": "2025S2",
        "previous": 0,
        "difference": 1,
        "qualifier": None,
        "definition_changed": False,
    }
    in_file = {row["key"]: row["value"] for row in csv.DictReader(io.StringIO(file))}
    assert (in_file["coffee"], in_file["coffee_part"], in_file["webinar"]) == ("1", "12", "0")
    assert [row["event_status"] for row in rows["items"]] == ["scheduled"]


async def test_the_list_shows_the_summarys_figures(client, coordination):
    admin = client("dashboard", ADMIN)
    listed = (await admin.get("/v1/coordinations")).json()["items"]
    summary = (await admin.get(f"/v1/coordinations/{coordination['id']}/summary")).json()
    assert [item["id"] for item in listed] == [coordination["id"]]
    headline, sections = listed[0]["headline"], summary["sections"]
    assert headline["period"] == summary["period"]["label"]
    assert headline["attendances"] == sections["events"]["data"]["attendances"]
    assert headline["answers"] == sections["feedback"]["data"]["answers"]
    assert headline["projects"] == sum(row["count"] for row in sections["projects"]["data"]["projects_by_state"])
    assert set(headline["sources"].values()) == {"ok"}


async def test_money_of_different_sources_stays_apart(client, coordination):
    registry = client("registry", ADMIN)
    sums = {"eu_and_state": "100.00", "public": "250.50"}
    body = {
        "kind": "regional",
        "scope": "regional",
        "state": "running",
        "name": {"fi": "Aluehanke"},
        "funding": [{"source": source, "kind": "granted", "amount": amount} for source, amount in sums.items()],
        "coordinated_by": coordination["id"],
    }
    entered = await registry.post("/v1/projects", body)
    assert entered.status_code == 201, entered.text
    summary = await client("dashboard", ADMIN).get(f"/v1/coordinations/{coordination['slug']}/summary", period=PERIOD)
    projects = summary.json()["sections"]["projects"]["data"]
    assert projects["funding"] == [
        {"kind": "granted", "source": source, "amount": amount, "currency": "EUR"} for source, amount in sums.items()
    ]


async def test_coordinators_elsewhere_find_nothing(client, coordination):
    elsewhere = Grant(Role.coordinator, coordination_id=UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d22"))
    base = f"/v1/coordinations/{coordination['slug']}"
    addresses = (f"{base}/summary", f"{base}/measures", f"{base}/measures/coffee/rows")
    for grant, status in ((elsewhere, 404), (Grant(Role.funder, coordination_id=UUID(coordination["id"])), 200)):
        reader = client("dashboard", grant)
        assert [(await reader.get(address, period=PERIOD)).status_code for address in addresses] == [status] * 3


async def test_with_feedback_stopped_the_rest_is_right(applications, all_settings, client, coordination):
    settings = all_settings["dashboard"].model_copy(update={"feedback_url": "http://stopped.vipu"})
    app = gateway.build_app(settings, applications.client)
    transport = applications.client._transport  # noqa: SLF001 - The gateway under test is reached through the same transport.
    transport.add("second-dashboard.vipu", app)
    token = app.state.runtime.issuer.mint("tester", [ADMIN])
    reader = ApiClient(applications.client, "http://second-dashboard.vipu", token)
    answer = await reader.get(f"/v1/coordinations/{coordination['slug']}/summary", period=PERIOD)
    assert (answer.status_code, answer.json()["partial"]) == (200, True)
    sections = answer.json()["sections"]
    assert {name: section["status"] for name, section in sections.items()} == {
        "projects": "ok",
        "events": "ok",
        "feedback": "unavailable",
    }
    assert sections["events"]["data"]["attendances"] == 12
