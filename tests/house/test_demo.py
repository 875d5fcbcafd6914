"""The demonstration: an invented year that is the same for the same day, two real kick-offs, figures that agree."""

import asyncio
from datetime import date
from random import Random
from urllib.parse import parse_qs

import pytest

from services.house.demo.happenings import CROWD
from services.house.demo.kick_offs import KUNTAKOKEILUT, MUUTOSTURVA, kick_offs
from services.house.demo.load import load
from services.house.demo.people import invent_people
from services.house.demo.programmes import PAREMPI
from services.house.demo.year import SEED, plan_year
from services.house.schemas import load_codes
from services.house.working import work_until
from services.kernel.auth import Grant, Role
from services.kernel.clock import helsinki_day, utc_now
from services.kernel.measures import catalogue
from services.kernel.periods import half_year_of

ADMIN = Grant(Role.admin)
FIVE = [PAREMPI, KUNTAKOKEILUT, MUUTOSTURVA, "tuottava-ja-tuloksellinen", "tyosta-tyohon-kehittamisohjelma-s10370"]
DAYS = [date(2026, 1, 31), date(2026, 7, 1), date(2027, 2, 28), date(2028, 2, 29), date(2028, 12, 31)]


@pytest.mark.parametrize("day", DAYS)
def test_the_same_day_plans_the_same_year_without_coffee_in_july(day):
    plans = plan_year(day)
    assert plans == plan_year(day)
    coffees = [helsinki_day(plan.starts_at) for plan in plans if plan.type == "hankekahvit"]
    months = {(coffee.year, coffee.month) for coffee in coffees}
    assert (len(coffees), len(months)) == (12, 12), "one in each of thirteen months but July"
    assert 7 not in {month for _, month in months}
    assert all(plan.starts_at < plan.ends_at for plan in plans)
    assert all(helsinki_day(plan.starts_at).weekday() < 5 for plan in plans)


def test_invented_people_are_the_same_again_and_have_no_real_address():
    people = invent_people(Random(SEED), CROWD)  # noqa: S311 - Invented data, not a secret.
    assert people == invent_people(Random(SEED), CROWD)  # noqa: S311 - Invented data, not a secret.
    assert len({person.email for person in people}) == CROWD
    assert all(person.email.endswith(".example") for person in people)


def test_of_the_real_kick_offs_only_the_day_is_told():
    experiments, pilots = kick_offs()
    assert (experiments.day, experiments.headcount) == (date(2020, 12, 9), 380)
    assert (pilots.day, pilots.headcount) == (date(2021, 6, 15), None)
    assert (pilots.starts_at.isoformat(), pilots.ends_at.isoformat()) == (
        "2021-06-14T21:00:00+00:00",
        "2021-06-15T21:00:00+00:00",
    )
    assert "yli 380" in experiments.description["fi"]
    assert "over 380" in experiments.description["en"]
    assert all("Vain päivä on tiedossa" in one.description["fi"] for one in (experiments, pilots))
    assert all("Only the day is known" in one.description["en"] for one in (experiments, pilots))


async def _all_rows(asking, address):
    """Every row of a list of the house, by its public address."""
    where, _, wanted = address.partition("?")
    _, _, service, path = where.split("/", 3)
    reader, rows, filters = asking(service, ADMIN), [], parse_qs(wanted)
    while True:
        page = (await reader.get(f"/{path}", **filters, limit="100")).json()
        rows += page["items"]
        if page["next_cursor"] is None:
            return rows
        filters["cursor"] = page["next_cursor"]


def _counted(figure, rows, coordination):
    """What the rows say the figure should be; None where rows alone cannot say."""
    match figure["key"]:
        case "network_map":
            return len({coordination} | {row[end] for row in rows for end in ("from_id", "to_id")})
        case key if key.endswith("_part"):
            return sum(row["participants"] for row in rows)
        case key if key.endswith("_fb") or key == "coffee_topics":
            return None
    return len(rows)


@pytest.mark.slow
async def test_every_figure_of_the_loaded_demonstration_is_counted_from_its_rows(house, house_settings, asking):
    await load_codes(house_settings.registry.database_url.get_secret_value())
    ended = asyncio.Event()
    working = asyncio.create_task(work_until(ended, lambda: house.worker("registry")))
    await load(house, tell=lambda _: None)
    told = []
    await load(house, tell=told.append)
    ended.set()
    await working
    assert told == ["The demonstration data is there already."]
    today = helsinki_day(utc_now())
    this, last_year = half_year_of(today), str(today.year - 1)
    for period in (this.label, this.previous().label, str(today.year), last_year, f"{today.year}-{today.month:02}"):
        await _walk(asking, PAREMPI, period)
    await _find_five_dashboards(asking)
    for programme in (MUUTOSTURVA, "tuottava-ja-tuloksellinen"):
        await _walk(asking, programme, "2021S1")
    await _walk(asking, KUNTAKOKEILUT, "2020S2")
    await _find_the_kick_offs(asking)


async def _walk(asking, programme, period):
    reader, base = asking("dashboard", ADMIN), f"/v1/coordinations/{programme}"
    summary = (await reader.get(f"{base}/summary", period=period)).json()
    listed = (await reader.get(f"{base}/measures", period=period)).json()
    assert (summary["partial"], listed["partial"]) == (False, False)
    assert [figure["key"] for figure in listed["items"]] == [row.key for row in catalogue()]
    coordination = listed["coordination"]["id"]
    for figure in listed["items"]:
        if figure["state"] not in {"value", "zero"}:
            assert figure["value"] is None
            continue
        rows = await _all_rows(asking, figure["rows"])
        assert _counted(figure, rows, coordination) in {None, figure["value"]}, (period, figure["key"])
    events = await _all_rows(asking, f"/api/events/v1/events?coordination={coordination}&period={period}")
    held = await _all_rows(asking, f"/api/events/v1/events?coordination={coordination}&period={period}&held=true")
    shown = summary["sections"]["events"]["data"]
    assert sum(row["planned"] for row in shown["by_type"]) == len(events)
    assert sum(row["held"] for row in shown["by_type"]) == len(held)
    assert shown["attendances"] == sum(row["participants"] for row in held)
    alive = [row for row in events if row["event_status"] != "cancelled"]
    assert shown["registrations"] == sum(row["confirmed_count"] for row in alive)
    surveys = await _all_rows(asking, f"/api/feedback/v1/surveys?coordination={coordination}&period={period}")
    assert summary["sections"]["feedback"]["data"]["surveys"] == len(surveys)
    projects = await _all_rows(asking, f"/api/registry/v1/projects?coordination={coordination}&in_force={period}")
    shown = summary["sections"]["projects"]["data"]
    for names in ("projects_by_state", "projects_by_kind"):
        assert sum(row["count"] for row in shown[names]) == len(projects)
    assert len(projects) == (5 if programme == MUUTOSTURVA else 0)


async def _find_five_dashboards(asking):
    """Each programme has its own, by slug, by id, and in the list; none of the 2 775 register rows has one."""
    reader = asking("dashboard", ADMIN)
    listed = (await reader.get("/v1/coordinations")).json()
    assert (sorted(item["slug"] for item in listed["items"]), listed["next_cursor"]) == (sorted(FIVE), None)
    for item in listed["items"]:
        for ref in (item["id"], item["slug"]):
            for part in ("summary", "measures"):
                answer = await reader.get(f"/v1/coordinations/{ref}/{part}", period="2021S1")
                assert (answer.status_code, answer.json()["coordination"]["name"]) == (200, item["name"])
    for period, came in (("2020S2", 380), ("2021S1", 0)):
        address = f"/v1/coordinations/{KUNTAKOKEILUT}/summary"
        shown = (await reader.get(address, period=period)).json()["sections"]["events"]["data"]
        assert shown["attendances"] == came


async def _find_the_kick_offs(asking):
    found = []
    for programme in (KUNTAKOKEILUT, MUUTOSTURVA):
        project = (await asking("registry", ADMIN).get(f"/v1/projects/{programme}")).json()["id"]
        found += (await asking("events").get("/v1/events", coordination=project, held="true")).json()["items"]
        measures = asking("events", ADMIN).get("/v1/summary", coordination=project, period=found[-1]["starts_at"][:4])
        assert [row["held"] for row in (await measures).json()["by_type"]] == [1]
    assert [(row["type"], row["scope"], row["mode"]) for row in found] == [("kick_off", "national", "online")] * 2
    staff = asking("events", ADMIN)
    details = [(await staff.get(f"/v1/events/{row['id']}")).json() for row in found]
    assert [row["participants"] for row in details] == [380, 0]
    assert {(row["registration_required"], row["wants_feedback"]) for row in details} == {(False, False)}
