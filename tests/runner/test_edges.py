"""The edges of Vipu: no foreign host name, no redirect, no page without its headers, no secret left behind."""

import re

import httpx
import pytest

from services.contracts.roles import Grant, Role
from services.kernel.settings import ROOT
from services.runner.front import Front
from services.site import Upstreams, build_pages
from tests.factories import COORDINATOR, an_event, person

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
EVIL = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"}
PATHS = [
    "/", "/docs", "/manage", "/e/kahvit", "/answer/x", "/missing", "/healthz", "/static/event.js", "/static",
    "/static/", "/docs/", "/manage/", "//evil.example/", "//evil.example/%2e%2e", "/static//evil.example", "/mailbox",
    "/api/events/v1/events", "/api/events/v1/events/", "/api/events/v1/missing/", "/api/registry//evil.example/",
    "/api/nobody/v1/x", "/.well-known/jwks.json", "/oauth/token/", "/api/events/v1/events?format=pdf",
]  # fmt: skip


@pytest.fixture
def front(applications):
    pages = build_pages(Upstreams(applications.client, {}), has_mailbox=False)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(Front(applications.apps, pages), raise_app_exceptions=False),
        base_url="http://vipu.test",
    )


@pytest.mark.parametrize("path", PATHS)
async def test_no_answer_leads_elsewhere_or_lacks_its_headers(front, path):
    for accept in ("text/html", "application/json"):
        answer = await front.get(path, headers={**EVIL, "Accept": accept}, follow_redirects=False)
        assert answer.status_code < 300 or answer.status_code >= 400, answer.headers.get("location")
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script-src *" not in policy
        assert "'unsafe-inline'" not in re.findall(r"script-src[^;]*", policy + ";script-src")[0]
        assert "evil" not in str(answer.headers) and "//evil.example/v1" not in answer.text
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers


async def test_there_is_no_mailbox_in_production(change_settings, front):
    change_settings("events", environment="production")
    for path in ("/mailbox", "/api/events/v1/mailbox", "/api/events/v1/mailbox/0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10"):
        assert (await front.get(path)).status_code == 404


async def test_the_known_origin_reads_and_nobody_sends_cookies(applications, front):
    for origin, allowed in (("https://spa.example", "https://spa.example"), ("https://spa.example.evil.example", None)):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        for answer in (
            await front.options("/api/events/v1/events", headers=headers),
            await front.get("/api/events/v1/missing", headers=headers),
        ):
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert "access-control-allow-credentials" not in answer.headers


def test_the_proxy_sends_the_headers_on_its_own_answers_too():
    written = (ROOT / "deploy" / "nginx.conf").read_text()
    # All its failures are answered at one place.
    [answered] = re.findall(r"location = /problem \{[^}]*return 200[^}]*\}", written.replace("$", ""))
    for name, value in HEADERS.items():
        assert re.search(rf'add_header {name} "?{re.escape(value)}"? always;', answered, re.IGNORECASE), name
    assert "Content-Security-Policy \"default-src 'none'; frame-ancestors 'none'\" always" in answered


async def test_no_secret_of_a_link_is_left_when_the_mails_are_sent(client, applications, superuser, capfd, talking_log):
    event = await an_event(client("events", COORDINATOR))
    keys = {"Idempotency-Key": "0b1f7a52-58cc-4d0f-9d0c-1c0b4d1c9a10"}
    await client("events").post(f"/v1/events/{event['id']}/registrations", person(), headers=keys)
    partner = await client("registry", Grant(Role.admin)).post(
        "/v1/partners", {"name": "Kumppani", "scopes": ["registry:read"]}, headers=keys
    )
    secrets = [partner.json()["client_secret"]]
    await applications.worker("events").drain()
    mail = await superuser.fetchval("SELECT convert_from(raw, 'UTF8') FROM events.mailbox_messages")
    secrets += re.findall(r"/manage#([A-Za-z0-9_-]+)", mail.replace("=\r\n", "").replace("=23", "#"))
    assert len(set(secrets)) == 2
    own = await client("events").get("/v1/registrations/self", headers={"X-Manage-Token": secrets[1]})
    assert own.status_code == 200, own.text
    tables = await superuser.fetch(
        "SELECT table_schema || '.' || table_name AS name FROM information_schema.tables"
        " WHERE table_schema IN ('registry', 'events', 'feedback') AND table_type = 'BASE TABLE'"
        " AND table_name <> 'mailbox_messages'"
    )
    for table in tables:
        # Bytes are shown as hexadecimal: a secret in an answer that was kept would hide there.
        dump = await superuser.fetchval(f"SELECT string_agg(t::text, '\n') FROM {table['name']} t") or ""
        for secret in secrets:
            assert secret not in dump and secret.encode().hex() not in dump, table["name"]
    printed = "".join(capfd.readouterr())
    assert not any(secret in printed for secret in secrets)
    assert "henkilo1@" not in printed
