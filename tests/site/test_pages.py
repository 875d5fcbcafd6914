"""The pages for people: each answers, in the reader's language, with headers that let in no foreign script."""

import re
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.installation.addresses import INNER
from services.site import Upstreams, build_pages
from services.site.words import WORDS

PAGES = ["/", "/docs", "/e/hankekahvit-2026-10", "/manage", "/answer/0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"]

MAIL_ID = UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11")
UNKNOWN_ID = UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d12")
MAIL = b"""\
From: Vipu <vipu@example.org>
To: aino@example.org
Subject: Vahvistus
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Peru: https://vipu.example/manage#abc. <script>alert(1)</script>
--b
Content-Type: text/html; charset=utf-8

<p>Hei</p><script>alert(1)</script>
--b
Content-Type: text/calendar; charset=utf-8; method=REQUEST

BEGIN:VCALENDAR
END:VCALENDAR
--b--
"""


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_a_page_answers_in_the_readers_language(reader, path, language):
    page = await reader.get(path, headers={"Accept-Language": f"{language}-FI, de;q=0.5"})
    assert page.status_code == 200
    assert page.headers["content-language"] == language
    assert f'<html lang="{language}">' in page.text
    assert re.search(r"<title>[^<]+</title>", page.text)
    assert page.text.count("<h1") == 1


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_only_our_own_scripts(reader, path):
    page = await reader.get(path)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert not [address for address in addresses if address.startswith(("http", "//"))]
    for address in addresses:
        if address.startswith(("/static/", "/web/", "/docs/viewer/")):
            assert (await reader.get(address)).status_code == 200


async def test_the_language_in_the_address_wins(reader):
    page = await reader.get("/manage?lang=sv", headers={"Accept-Language": "en"})
    assert page.headers["content-language"] == "sv"
    assert (await reader.get("/manage?lang=xx", headers={"Accept-Language": "en"})).headers["content-language"] == "en"


async def test_what_stands_in_an_address_is_never_read_as_html(reader):
    page = await reader.get('/e/"><script>alert(1)</script>')
    assert "<script>alert" not in page.text


async def test_a_page_that_is_not_there_is_told_in_the_readers_form(reader):
    page = await reader.get("/nowhere", headers={"Accept-Language": "en"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert WORDS["missing_title"]["en"] in page.text
    problem = await reader.get("/nowhere", headers={"Accept": "application/json"})
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
    assert (await reader.post("/manage")).status_code == 405


async def test_each_service_answers_below_its_own_address(browser):
    for name in INNER:
        assert (await browser.get(f"/api/{name}/healthz")).json() == {"status": "alive", "service": name}
    unknown = await browser.get("/api/nothing/v1")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")


async def test_the_issuers_addresses_stand_at_the_root(browser):
    keys = (await browser.get("/.well-known/jwks.json")).json()["keys"]
    assert [key["kty"] for key in keys] == ["EC"]
    assert "d" not in keys[0]
    assert (await browser.post("/oauth/token", data={"grant_type": "password"})).status_code == 400


async def test_the_site_is_ready_when_every_service_is(browser):
    ready = await browser.get("/readyz")
    assert ready.status_code == 200
    assert set(ready.json()["services"].values()) == {"ready"}


async def test_a_service_that_is_not_there_makes_the_house_not_ready(applications):
    pages = build_pages(Upstreams(applications.client, {**INNER, "feedback": "http://nobody.vipu"}), has_mailbox=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=pages), base_url="http://vipu.test") as client:
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")
        assert ready.json()["services"]["feedback"] == "unreachable"
        assert (await client.get("/mailbox")).status_code == 404


async def test_the_measurements_of_all_services_are_one_valid_text(browser):
    for name in ("registry", "events"):
        await browser.get(f"/api/{name}/v1/nothing-here")
    metrics = (await browser.get("/metrics")).text
    assert metrics.count("# TYPE vipu_http_requests_total counter") == 1
    assert 'service="registry"' in metrics
    assert 'service="events"' in metrics


async def test_a_foreign_host_name_is_refused(browser):
    refused = await browser.get("/", headers={"Host": "rebound.example"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad-request")
    for known in ("localhost:8000", "127.0.0.1", "LOCALHOST"):
        assert (await browser.get("/healthz", headers={"Host": known})).status_code == 200


def test_every_word_is_there_in_three_languages():
    for key, texts in WORDS.items():
        assert set(texts) == {"fi", "sv", "en"}, key
        assert all(texts.values()), key


async def test_the_mailbox_shows_what_would_have_been_sent(browser, applications):
    async with applications.runtime("events").database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO mailbox_messages (id, kind, to_address, subject, raw) VALUES (:id, '', :to, :title, :raw)"
            ),
            {"id": MAIL_ID, "to": "aino@example.org", "title": "<b>Vahvistus</b>", "raw": MAIL},
        )
    listed = await browser.get("/mailbox?lang=en")
    assert listed.status_code == 200
    assert "&lt;b&gt;Vahvistus&lt;/b&gt;" in listed.text
    mail = await browser.get(f"/mailbox/{MAIL_ID}")
    assert 'href="https://vipu.example/manage#abc"' in mail.text
    assert "<script>alert" not in mail.text
    assert 'sandbox="allow-popups' in mail.text
    calendar = await browser.get(f"/mailbox/{MAIL_ID}/invite.ics")
    assert calendar.text.startswith("BEGIN:VCALENDAR")
    assert calendar.headers["content-disposition"] == 'attachment; filename="invite.ics"'
    assert (await browser.get(f"/mailbox/{UNKNOWN_ID}")).status_code == 404
