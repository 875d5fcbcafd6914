"""Abuse of every documented route: hostile values in each place, and parameters that do not exist."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from services.contracts.roles import Grant, Role
from services.contracts.services import SERVICE_NAMES
from services.kernel.settings import ROOT

ADMIN, SERVICE = Grant(Role.admin), Grant(Role.service)
ID = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"
EVIL = "evil.example"
# What stands in a body where something else should.
NASTY: dict[str, object] = {
    "nul": "a\x00b",
    "surrogate": "\ud800",
    "line breaks": "a\r\nX-Evil: 1",
    "quotes": "'; DROP TABLE outbox; --",
    "formula": "=cmd|'/c calc'!A1",
    "markup": "<script>alert(1)</script>",
    "long": "x" * 100_000,
    "2**63": 2**63,
    "-2**63-1": -(2**63) - 1,
    "many digits": 10**4000,
    "fraction": 1e308,
    "infinite": float("inf"),
    "nothing": None,
    "true": True,
    "list": [],
    "object": {},
    "deep": json.loads("[" * 500 + "]" * 500),
}
# What stands in an address where something else should, as written there.
NASTY_WORDS = ["%00", "%ED%A0%80", "%FF", "9223372036854775808", "-1", "1e400", "NaN", "'%20OR%201=1--", "x" * 5000]
NASTY_WORDS += ["%0D%0AX-Evil:%201", "..%2F..%2Fetc", "null", "", "0001-01-01T00:00:00Z", "9999-12-31", "%F0%9F%99%82"]


def operations() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for service in SERVICE_NAMES:
        document = json.loads((ROOT / "openapi" / f"{service}.json").read_text())
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                yield service, method.upper(), path, operation


def example_of(operation: dict[str, Any]) -> Any:
    return operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")


# The slow run has the rest, so that the quick one stays quick.
QUICK_VALUES = ("nul", "surrogate", "2**63", "infinite", "deep")
QUICK_WORDS = ("%00", "9223372036854775808", "'%20OR%201=1--")
ALL = [pytest.param(*found, id=f"{found[0]} {found[1]} {found[2]}") for found in operations()]
WITH_BODY = [one for one in ALL if example_of(one.values[3])]
READS = [one for one in ALL if one.values[1] == "GET"]


def filled(path: str) -> str:
    return re.sub(r"{\w+}", ID, path)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths to all values inside the value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, found in inner:
        yield (*at, key)
        yield from places(found, (*at, key))


def with_nasty(value: Any, place: tuple[Any, ...], nasty: object) -> Any:
    changed = copy.deepcopy(value)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = nasty
    return changed


def bounced_or_done(answer) -> None:
    assert answer.status_code < 500 or answer.json()["code"] == "unavailable", answer.text
    assert "x-evil" not in answer.headers
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


def asked_by(client, service, operation):
    needed = operation.get("x-required-scopes", [])
    return client(service, SERVICE if "messages:write" in needed else ADMIN)


@pytest.mark.parametrize(("service", "method", "path", "operation"), WITH_BODY)
async def test_nasty_values_anywhere_in_a_body_are_no_bug(client, service, method, path, operation):
    await send_nasty_bodies(asked_by(client, service, operation), method, path, operation, kinds=QUICK_VALUES)


@pytest.mark.slow
@pytest.mark.parametrize(("service", "method", "path", "operation"), WITH_BODY)
async def test_all_nasty_values_anywhere_in_a_body_are_no_bug(client, service, method, path, operation):
    await send_nasty_bodies(asked_by(client, service, operation), method, path, operation, kinds=tuple(NASTY))


async def send_nasty_bodies(caller, method, path, operation, *, kinds: tuple[str, ...]) -> None:
    example = example_of(operation)
    headers = {"Content-Type": "application/json", "If-Match": '"v1"', "X-Ticket": "x", "X-Manage-Token": "x"}
    for place in places(example):
        for nasty in (NASTY[kind] for kind in kinds):
            body = json.dumps(with_nasty(example, place, nasty)).encode()
            bounced_or_done(await caller.send(method, filled(path), headers=headers, content=body))


@pytest.mark.parametrize(("service", "method", "path", "operation"), WITH_BODY)
async def test_fields_that_are_not_offered_are_refused(client, service, method, path, operation):
    """Mass assignment: fields of the record or of rights, which a caller may not set."""
    caller, example = asked_by(client, service, operation), example_of(operation)
    for field, value in {"id": ID, "version": 99, "created_at": "2026-01-01T00:00:00Z", "role": "admin"}.items():
        if field in example:
            continue
        answer = await caller.send(method, filled(path), headers={"If-Match": '"v1"'}, json={**example, field: value})
        assert answer.status_code in (404, 422), answer.text
        found = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
        if answer.status_code == 422:
            assert found.get(f"/body/{field}") == "unknown-field", answer.text


@pytest.mark.parametrize(("service", "method", "path", "operation"), READS)
async def test_nasty_words_in_an_address_are_no_bug(client, service, method, path, operation):
    await send_nasty_words(asked_by(client, service, operation), path, operation, words=QUICK_WORDS)


@pytest.mark.slow
@pytest.mark.parametrize(("service", "method", "path", "operation"), READS)
async def test_all_nasty_words_in_an_address_are_no_bug(client, service, method, path, operation):
    await send_nasty_words(asked_by(client, service, operation), path, operation, words=tuple(NASTY_WORDS))


async def send_nasty_words(caller, path, operation, *, words: tuple[str, ...]) -> None:
    names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
    for word in words:
        for name in names:
            bounced_or_done(await caller.send("GET", f"{filled(path)}?{name}={word}"))
        if "{" in path and word:
            bounced_or_done(await caller.send("GET", re.sub(r"{\w+}", word, path)))


@pytest.mark.parametrize(("service", "method", "path", "operation"), ALL)
async def test_a_parameter_that_is_not_offered_is_refused(client, service, method, path, operation):
    headers = {"If-Match": '"v1"'}
    body = {"json": example_of(operation)} if example_of(operation) else {}
    caller = asked_by(client, service, operation)
    answer = await caller.send(method, f"{filled(path)}?no_such_parameter=1", headers=headers, **body)
    assert answer.status_code == 422, answer.text
    if method != "HEAD":  # Its answer has no body.
        assert answer.json()["errors"][0]["code"] == "unknown-parameter", answer.text


@pytest.mark.parametrize("service", SERVICE_NAMES)
async def test_no_answer_names_the_host_of_the_request(client, service):
    hosts = {"Host": EVIL, "X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}", "X-Original-URL": f"http://{EVIL}/"}
    paths = ["/v1/nothing", "/healthz", "/readyz", "/openapi.json"]
    paths += [filled(one.values[2]) for one in READS if one.values[0] == service]
    for path in paths:
        for more in ("", "/"):
            answer = await client(service, ADMIN).send("GET", path + more, headers=hosts)
            said = f"{answer.headers} {answer.text if 'xlsx' not in path else ''}"
            assert EVIL not in said, path
            assert answer.status_code != 307
