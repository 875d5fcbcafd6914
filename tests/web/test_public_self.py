"""A registered person sees the registration, cancels it, and learns what a wrong link is."""

import re
import time

import pytest

from .conftest import focused, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def manage_link(api) -> str:
    """The link in the confirmation of a new registration."""
    items = api.get("/api/events/v1/events", params={"status": "scheduled", "sort": "-starts_at"}).json()["items"]
    slug = next(item["slug"] for item in items if item["registration_state"] == "open")
    address = f"oma-{time.monotonic_ns()}@keksitty.example"
    body = {"name": "Oma Esimerkki", "email": address, "privacy_accepted": True}
    assert api.post(f"/api/events/v1/events/{slug}/registrations", json=body).status_code == 201
    for _ in range(100):
        listed = api.get("/mailbox", headers={"Accept": "text/html"}).text
        row = re.search(rf'href="(/mailbox/[^"?]+)[^<]*<[^<]*</td><td>{address}', listed)
        if row:
            mail = api.get(row[1], headers={"Accept": "text/html"}).text
            return re.search(r"/manage[^\"<\s]*#[\w-]+", mail)[0]
        time.sleep(0.1)
    raise AssertionError("no mail came")


async def test_a_person_sees_and_cancels_the_registration(window, manage_link):
    async with window() as page:
        await page.goto(manage_link)
        await page.get_by_role("heading", name="Sinulla on paikka").wait_for()
        assert await violations(page) == []
        await page.get_by_role("button", name="Peru ilmoittautuminen").click()
        await focused(page, "Perutaanko ilmoittautuminen?")
        await page.get_by_role("button", name="Ei, pidä paikka").click()
        await focused(page, "Peru ilmoittautuminen")
        await page.get_by_role("button", name="Peru ilmoittautuminen").click()
        await page.get_by_role("button", name="Kyllä, peru").click()
        await page.get_by_role("heading", name="Ilmoittautuminen on peruttu").wait_for()
        assert await page.get_by_role("button", name="Peru ilmoittautuminen").count() == 0


@pytest.mark.parametrize("link", ["/manage", "/manage#vaara"])
async def test_a_wrong_link_says_what_to_do(window, link):
    async with window(width=320) as page:
        await page.goto(link)
        await page.get_by_role("heading", name="Linkki ei kelpaa").wait_for()
        assert await violations(page) == []
        assert await overflow(page) <= 0
