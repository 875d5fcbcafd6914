"""A respondent answers once: a half-filled answer stays, and each link that does not work says why."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.contracts.roles import Role

from .conftest import focused, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """A survey that people can answer, and tickets for it."""

    id: str
    tickets: list[str]

    def link(self, ticket: int) -> str:
        return f"/answer/{self.id}#{self.tickets[ticket]}"


@pytest.fixture(scope="module")
def survey(product, api) -> OpenSurvey:
    """A survey about an event that is over and has none."""
    staff = {"Authorization": f"Bearer {product.token(Role.coordinator)}"}
    surveys = api.get("/api/feedback/v1/surveys?limit=100", headers=staff).json()["items"]
    about = {each["event"]["event_id"] for each in surveys}
    events = api.get("/api/events/v1/events?held=true&sort=-starts_at&limit=100").json()["items"]
    event_id = next(each["id"] for each in events if each["id"] not in about)
    closes_at = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    body = {"template": "event_core", "event": {"event_id": event_id}, "closes_at": closes_at}
    survey_id = checked(api.post("/api/feedback/v1/surveys", json=body, headers=staff))["id"]
    inner = {"Authorization": f"Bearer {product.token(Role.service)}"}
    batch = {"survey_id": survey_id, "count": 8}
    return OpenSurvey(
        survey_id, checked(api.post("/api/feedback/v1/tickets/batches", json=batch, headers=inner))["tickets"]
    )


def checked(answer: httpx.Response) -> dict[str, object]:
    """The body of an answer of success."""
    assert answer.is_success, answer.text
    return answer.json()


async def test_a_half_filled_answer_stays_and_is_forgotten_once_it_is_sent(window, survey):
    async with window() as page:
        await page.goto(survey.link(0))
        overall = page.get_by_role("group", name="Minkä arvosanan annat").get_by_label("4", exact=True)
        await overall.check()
        await page.get_by_label("Mitä aiot viedä käytäntöön?").fill("Kokeilemme.")
        await page.reload()
        await page.get_by_text("Keskeneräinen vastauksesi").wait_for()
        assert await overall.is_checked()
        assert await page.get_by_label("Mitä aiot viedä käytäntöön?").input_value() == "Kokeilemme."
        stored = await page.evaluate("JSON.stringify(sessionStorage)")
        assert survey.tickets[0] not in stored
        await page.get_by_role("button", name="Lähetä vastaukset").click()
        await page.get_by_role("heading", name="Kiitos vastauksestasi").wait_for()
        await focused(page, "Kiitos")
        await page.wait_for_function("sessionStorage.length === 0")
        await page.reload()
        await page.get_by_role("heading", name="Vastauksesi on jo saatu").wait_for()


@pytest.mark.parametrize(
    ("ticket", "title"),
    [("mangled", "Linkki ei ole kokonainen"), ("", "Vastauslinkki puuttuu")],
)
async def test_a_link_that_does_not_work_says_why(window, survey, ticket, title):
    async with window(width=320) as page:
        await page.goto(f"/answer/{survey.id}#{ticket}")
        await page.get_by_role("heading", name=title).wait_for()
        assert await violations(page) == []
        assert await overflow(page) <= 0


async def test_a_required_question_is_named_and_another_language_leaves_what_is_chosen(window, survey):
    async with window(width=320) as page:
        await page.goto(survey.link(1))
        await page.get_by_role("group", name="Kuinka selkeästi").get_by_label("2", exact=True).check()
        await page.get_by_role("button", name="Lähetä vastaukset").click()
        summary = page.get_by_role("alert")
        assert "vastaa tähän" in await summary.get_by_role("link").text_content()
        assert await violations(page) == []
        assert await overflow(page) <= 0
        await page.get_by_role("link", name="English").click()
        clarity = page.get_by_role("group", name="How clearly was the content presented?")
        assert await clarity.get_by_label("2", exact=True).is_checked()


async def test_a_broken_line_leaves_the_answer_and_sending_again_keeps_the_first(window, survey):
    async with window() as page:
        await page.goto(survey.link(2))
        await page.get_by_role("group", name="Minkä arvosanan annat").get_by_label("5", exact=True).check()

        async def taken_and_cut(route: object) -> None:
            if route.request.method == "POST":
                await route.fetch()
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/responses", taken_and_cut)
        await page.get_by_role("button", name="Lähetä vastaukset").click()
        await page.get_by_text("Yhteys ei onnistunut").wait_for()
        await page.unroute("**/responses")
        await page.get_by_role("button", name="Lähetä vastaukset").click()
        await page.get_by_role("heading", name="Vastauksesi on jo saatu").wait_for()
