"""The demonstration: an invented year that is the same for the same day, two real kick-offs, figures that agree."""

import asyncio
from datetime import date
from functools import partial
from random import Random

import pytest

from services.contracts.periods import half_year_of
from services.contracts.roles import Grant, Role
from services.demo.events import PEOPLE_COUNT
from services.demo.kick_offs import KUNTAKOKEILUT, MUUTOSTURVA, kick_offs
from services.demo.load import load
from services.demo.people import invent_people
from services.demo.programmes import PAREMPI
from services.demo.year import SEED, plan_year
from services.kernel.clock import helsinki_day, utc_now
from services.runner.working import work_until
from tests.demo.adding_up import Reader, readers_of

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
    people = invent_people(Random(SEED), PEOPLE_COUNT)  # noqa: S311 - Invented data, not a secret.
    assert people == invent_people(Random(SEED), PEOPLE_COUNT)  # noqa: S311 - Invented data, not a secret.
    assert len({person.email for person in people}) == PEOPLE_COUNT
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


@pytest.mark.slow
async def test_every_figure_of_the_loaded_demonstration_is_counted_from_its_rows(applications, client):
    ended = asyncio.Event()
    workers = [partial(applications.worker, service) for service in ("registry", "events")]
    working = [asyncio.create_task(work_until(ended, worker)) for worker in workers]
    await load(applications, tell=lambda _: None)
    sentences = []
    await load(applications, tell=sentences.append)
    ended.set()
    await asyncio.gather(*working)
    await applications.worker("registry").drain()  # What is announced is copied and followed.
    await applications.worker("events").drain()
    await applications.worker("feedback").drain()  # What was closed is released.
    assert sentences == ["The demonstration data is loaded already."]
    today = helsinki_day(utc_now())
    this, last_year = half_year_of(today), str(today.year - 1)
    assert await _walk(client, PAREMPI, this.label, this.previous().label) > 20
    for period in (str(today.year), last_year, f"{today.year}-{today.month:02}"):
        await _walk(client, PAREMPI, period, readers=["funder"])
    await _find_five_dashboards(client)
    for programme in (MUUTOSTURVA, "tuottava-ja-tuloksellinen"):
        await _walk(client, programme, "2021S1", readers=["admin"])
    await _walk(client, KUNTAKOKEILUT, "2020S2")
    await _find_the_kick_offs(client)


async def _walk(client, programme, *periods, readers=("admin", "coordinator", "funder")):
    """Every figure adds up for everybody who may see it, and is the same for all of them; how many there are."""
    project = (await client("registry", ADMIN).get(f"/v1/projects/{programme}")).json()["id"]
    grants, figures = readers_of(project), 0
    for period in periods:
        shown = [await Reader(client, grants[name], project).check(period) for name in readers]
        # A reader who sees fewer figures sees no other ones.
        assert all(fewer.items() <= shown[0].items() for fewer in shown)
        figures += min(map(len, shown))
    return figures


async def _find_five_dashboards(client):
    """Each programme has its own, by slug, by id, and in the list; none of the 2 775 register rows has one."""
    reader = client("dashboard", ADMIN)
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


async def _find_the_kick_offs(client):
    found = []
    for programme in (KUNTAKOKEILUT, MUUTOSTURVA):
        project = (await client("registry", ADMIN).get(f"/v1/projects/{programme}")).json()["id"]
        found += (await client("events").get("/v1/events", coordination=project, held="true")).json()["items"]
        measures = client("events", ADMIN).get("/v1/summary", coordination=project, period=found[-1]["starts_at"][:4])
        assert [row["held"] for row in (await measures).json()["by_type"]] == [1]
    assert [(row["type"], row["scope"], row["mode"]) for row in found] == [("kick_off", "national", "online")] * 2
    staff = client("events", ADMIN)
    details = [(await staff.get(f"/v1/events/{row['id']}")).json() for row in found]
    assert [row["participants"] for row in details] == [380, None]
    assert [row["participants_state"] for row in details] == ["value", "no_data"]
    assert {(row["registration_required"], row["wants_feedback"]) for row in details} == {(False, False)}
