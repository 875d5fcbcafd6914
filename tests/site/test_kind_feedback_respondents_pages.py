"""A respondent is never left alone: what is missing is told with the right status, in the reader's language."""

from uuid import uuid4

import httpx
import pytest

from services.installation.addresses import INNER
from services.site import Upstreams, build_pages
from services.site.web_files import shell_words
from tests.factories import (
    ADMIN,
    COORDINATOR,
    SERVICE,
    a_draft,
    a_survey,
    a_survey_body,
    an_event,
    close,
    soon,
)


async def states_of(client, survey_id):
    return (await client("feedback").get(f"/v1/surveys/{survey_id}/window")).json()


async def a_survey_in(client, state):
    """A survey of which people know the link, in this state."""
    coordinator = client("feedback", COORDINATOR)
    if state == "not_open":
        body = {**await a_survey_body(coordinator), "opens_at": soon(days=1)}
        return (await coordinator.post("/v1/surveys", body)).json()["id"]
    if state == "postponed":
        return await a_survey(coordinator, event_status="postponed")
    survey_id = await a_survey(coordinator)
    if state == "closed":
        await close(client("feedback", SERVICE), survey_id)
    return survey_id


@pytest.mark.parametrize(
    ("state", "told"), [("open", "open"), ("not_open", "not_open"), ("postponed", "not_open"), ("closed", "closed")]
)
async def test_the_page_of_a_survey_is_there_whatever_its_state(browser, client, state, told):
    survey_id = await a_survey_in(client, state)
    assert (await browser.get(f"/answer/{survey_id}")).status_code == 200
    assert await states_of(client, survey_id) == {"state": told}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_the_page_of_an_unknown_survey_is_not_found(browser, client, language):
    coordinator = client("feedback", COORDINATOR)
    draft = await coordinator.post("/v1/surveys", {**await a_survey_body(coordinator), "state": "draft"})
    for survey in (uuid4(), draft.json()["id"], "not-an-id", "1", "%22%3E%3Cscript%3E"):
        page = await browser.get(f"/answer/{survey}", headers={"Accept-Language": language})
        assert (page.status_code, page.headers["content-language"]) == (404, language)
        assert shell_words()[language]["answer_missing"] in page.text, survey
        assert shell_words()[language]["answer_missing_text"] in page.text, survey
        assert "<script>" not in page.text, survey
        assert (await browser.head(f"/answer/{survey}")).status_code == 404


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_the_page_of_an_unknown_event_is_not_found(browser, client, language):
    draft = await a_draft(client("events", ADMIN))
    for ref in (
        uuid4(),
        "ei-tallaista",
        draft["id"],
        draft["slug"],
        "%22%3E%3Cscript%3E",
        "a%3Fb%23c",
    ):
        page = await browser.get(f"/e/{ref}", headers={"Accept-Language": language})
        assert (page.status_code, page.headers["content-language"]) == (404, language), ref
        assert shell_words()[language]["event_missing"] in page.text, ref
        assert "<script>" not in page.text, ref
    event = await an_event(client("events", ADMIN))
    for ref in (event["id"], event["slug"]):
        assert (await browser.get(f"/e/{ref}")).status_code == 200


async def test_a_program_gets_a_problem_document(browser):
    for address in (f"/answer/{uuid4()}", "/answer/x", "/e/ei-tallaista", "/nowhere", f"/mailbox/{uuid4()}"):
        problem = await browser.get(address, headers={"Accept": "application/json"})
        assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json"), address
        assert problem.json()["code"] == "not-found"


@pytest.mark.parametrize(
    "address", ["/answer", "/answer/", "/e", "/e/", "/manage/x", "/static/none.js", "/mailbox/x", "/e/%2E%2E%2F%2E%2E"]
)
async def test_an_address_without_a_page_is_not_found(browser, address):
    page = await browser.get(address)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert page.text.count("<h1") == 1


class _Silent(httpx.AsyncBaseTransport):
    """Services of which one fails, does not answer or takes too long."""

    def __init__(self, failure: object) -> None:
        self._failure = failure

    async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
        if isinstance(self._failure, Exception):
            raise self._failure
        return httpx.Response(self._failure)


@pytest.mark.parametrize("failure", [500, 503, 429, httpx.ConnectError("no"), httpx.ReadTimeout("slow")], ids=repr)
async def test_a_page_goes_out_where_the_service_does_not_say_that_it_is_missing(failure):
    async with httpx.AsyncClient(transport=_Silent(failure)) as inner:
        pages = httpx.ASGITransport(app=build_pages(Upstreams(inner, INNER), has_mailbox=True))
        async with httpx.AsyncClient(transport=pages, base_url="http://127.0.0.1:8000") as client:
            client.headers["Accept"] = "text/html"
            for address in (f"/answer/{uuid4()}", "/e/hankekahvit"):
                assert (await client.get(address)).status_code == 200
            mailbox = await client.get(f"/mailbox/{uuid4()}")
            assert (mailbox.status_code, mailbox.json()["code"]) == (503, "unavailable")
