"""The patterns of the documents match what the services send, and are those that the services check."""

import re
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.periods import PERIOD_PATTERN, parse_period
from services.contracts.services import SERVICE_NAMES
from services.contracts.words import InvalidValue
from services.kernel.web.etags import tag
from tests.contract.test_documents import document, operations
from tests.contract.test_repeated_parameters import address_of, required_by
from tests.documented import check_documented
from tests.factories import ADMIN, COORDINATION, a_project, a_registration, an_event

COMPANY = {"kind": "company", "name": {"fi": "Esimerkki Oy"}}


def parameter(operation: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The schema of the parameter, or None."""
    return next((one["schema"] for one in operation.get("parameters", []) if one["name"] == name), None)


IF_MATCH = [
    (name, f"{method} {path}", schema)
    for name in SERVICE_NAMES
    for method, path, operation in operations(name)
    if (schema := parameter(operation, "If-Match")) is not None
]
KEYS = [
    (name, f"{method} {path}", schema)
    for name in SERVICE_NAMES
    for method, path, operation in operations(name)
    if (schema := parameter(operation, "Idempotency-Key")) is not None
]
SORTED = [
    pytest.param(name, path, schema, id=f"{name} {path}")
    for name in SERVICE_NAMES
    for method, path, operation in operations(name)
    if (schema := parameter(operation, "sort")) is not None
]


def test_if_match_takes_every_tag_that_vipu_makes_also_when_nginx_has_weakened_it():
    assert len(IF_MATCH) > 10
    for name, operation, schema in IF_MATCH:
        for own in (tag(1), tag(999_999_999), tag(3, beside="the facts of others")):
            for sent in (own, f"W/{own}"):
                assert re.search(schema["pattern"], sent) and len(sent) <= schema["maxLength"], f"{name} {operation}"
        for foreign in ("v3", '"3"', '"v3-"', '"v3" ', '"v1234567890"', "*"):
            assert re.search(schema["pattern"], foreign) is None, f"{name} {operation}"


async def test_a_projects_own_etag_is_taken_by_its_patch(client):
    caller = client("registry", ADMIN)
    project = await a_project(caller)
    etag = (await caller.get(f"/v1/projects/{project['id']}")).headers["etag"]
    assert re.fullmatch('"v1-[0-9a-f]{16}"', etag)
    for sent, status in ((f"W/{etag}", 200), (etag, 412)):
        change = {"name": {"sv": sent}}
        answer = await caller.patch(f"/v1/projects/{project['id']}", change, headers={"If-Match": sent})
        assert answer.status_code == status, answer.text


async def test_an_idempotency_key_is_a_text_in_the_documents_and_a_uuid_for_the_services(client):
    assert len(KEYS) > 20
    own, caller = str(uuid4()), client("registry", ADMIN)
    refused = ("7", own[:-1], f"{{{own}}}", f"urn:uuid:{own}", own.replace("-", ""), own.replace(own[0], "g"))
    for name, operation, schema in KEYS:
        assert schema["type"] == "string" and "format" not in schema, f"{name} {operation}"
        assert [re.search(schema["pattern"], key) is not None for key in (own, own.upper(), *refused)] == [
            *(True, True),
            *[False] * len(refused),
        ]
    for key, status in [(own, 201), (own.upper(), 201), *((key, 400) for key in refused)]:
        answer = await caller.post("/v1/organisations", COMPANY, headers={"Idempotency-Key": key})
        assert answer.status_code == status, (key, answer.text)
    replayed = await caller.post("/v1/organisations", COMPANY, headers={"Idempotency-Key": own.upper()})
    assert replayed.headers["idempotency-replayed"] == "true"


NEEDED = {"q": "kokeilu", "coordination": str(COORDINATION), "period": "2026S2"}


@pytest.mark.parametrize(("service", "path", "schema"), SORTED)
async def test_a_list_sorts_by_the_keys_of_its_document_and_by_no_others(client, service, path, schema):
    caller = client(service, ADMIN)
    address = (await address_of(client, caller, path)).replace("{scheme}", "maakunta")
    if "{organisation_id}" in address:
        made = await caller.post("/v1/organisations", COMPANY, key=True)
        address = address.replace("{organisation_id}", made.json()["id"])
    named = {one["name"]: one for one in document(service)["paths"][path]["get"]["parameters"]}
    needed = NEEDED | await required_by(caller, service, "/v1/measures" if path == "/v1/network/edges" else path)
    needed = {name: needed[name] for name in needed if name in named and (name == "q" or named[name]["required"])}
    refused = await caller.get(address, **needed, sort="weather")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-sort"), refused.text
    keys = refused.json()["allowed"].split()
    one = f"-?({'|'.join(sorted(keys))})"
    documented = re.fullmatch(r"\^-\?\((.*?)\)\(,.*", schema["pattern"])
    assert documented is not None and sorted(documented[1].split("|")) == sorted(keys), one
    for sort in (*keys, ",".join(f"-{key}" for key in keys)):
        assert re.search(schema["pattern"], sort)
        answer = await caller.get(address, **needed, sort=sort)
        assert answer.status_code == 200, answer.text
    for foreign in ("weather", f"+{keys[0]}", f"{keys[0]},", f"--{keys[0]}"):
        assert re.search(schema["pattern"], foreign) is None


PERIODS = ["1990", "2100", "2026S2", "2026Q4", "2026-12", "2026-01-01/2026-03-31", "2024-02-29/2024-02-29"]
NO_PERIODS = [
    *(
        "",
        "1989",
        "2101",
        "2026S3",
        "2026Q0",
        "2026-13",
        "2026-00",
        "2026-1",
        "26",
        " 2026",
        "2026s2",
        "2026\n",
        "٢٠٢٦",
    ),
    *("2026-01-01/2026-13-31", "2026-01-01", "1989-12-31/2026-01-01", "2026-01-32/2026-02-01", "2026S2/2027", "2026\n"),
]


@pytest.mark.parametrize("text", [*PERIODS, *NO_PERIODS])
def test_the_pattern_of_a_period_matches_what_the_services_take(text):
    matches = re.fullmatch(PERIOD_PATTERN, text) is not None
    assert matches == (text in PERIODS)
    if matches:
        assert parse_period(text).label == text
    else:
        with pytest.raises(InvalidValue):
            parse_period(text)


@pytest.mark.parametrize("text", ["2026-02-30/2026-03-01", "2026-03-01/2026-02-01"])
def test_a_range_that_the_pattern_cannot_judge_is_refused_by_the_services(text):
    assert re.fullmatch(PERIOD_PATTERN, text)
    with pytest.raises(InvalidValue):
        parse_period(text)


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_every_period_of_a_query_has_the_pattern(name):
    for method, path, operation in operations(name):
        for called in ("period", "periods", "in_force"):
            schema = parameter(operation, called)
            if schema is not None:
                assert schema.get("items", schema)["pattern"] == PERIOD_PATTERN, f"{method} {path} {called}"


def mappings(value: Any) -> list[dict[str, Any]]:
    """All schemas of objects whose keys are languages, by their example."""
    if isinstance(value, list):
        return [one for inner in value for one in mappings(inner)]
    if not isinstance(value, dict):
        return []
    example = value["examples"][0] if isinstance(value.get("examples"), list) else None
    own = [value] if isinstance(example, dict) and "fi" in example and value.get("type") == "object" else []
    return [*own, *(one for inner in value.values() for one in mappings(inner))]


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_a_text_by_language_has_languages_for_keys_and_at_least_one(name):
    schemas = document(name)["components"]["schemas"]
    for called, schema in schemas.items():
        for mapping in mappings(schema):
            tags = mapping["propertyNames"]["pattern"]
            assert [re.search(tags, key) is not None for key in ("fi", "se", "sr-Latn", "pt-BR")] == [True] * 4
            assert [re.search(tags, key) is not None for key in ("", "FI", "finnish", "fi_FI")] == [False] * 4
            assert mapping["minProperties"] == 1, called
            assert mapping["additionalProperties"]["type"] == "string", called


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_the_code_of_a_problem_is_open_for_codes_of_later_versions(name):
    properties = document(name)["components"]["schemas"]["Problem"]["properties"]
    assert "enum" not in properties["code"]
    for code in ("event-full", "a-code-of-2031"):
        assert re.search(properties["code"]["pattern"], code)
    for code in ("Event full", "event_full", "-", ""):
        assert re.search(properties["code"]["pattern"], code) is None


async def test_an_answer_that_no_document_states_fails_the_test_that_got_it(client, applications):
    """The negative control of what `ApiClient` checks of every answer."""
    answer = await client("registry", ADMIN).get("/v1/projects")
    check_documented(applications.apps["registry"], answer)
    answer.headers["content-type"] = "application/x-weather"
    with pytest.raises(AssertionError, match="has no application/x-weather"):
        check_documented(applications.apps["registry"], answer)
    answer.status_code = 418
    with pytest.raises(AssertionError, match="answers 418"):
        check_documented(applications.apps["registry"], answer)


async def test_whoever_reads_an_event_its_etag_names_the_version(client):
    """The public's tag holds more, because the seats that are left change without a new version."""
    staff, public = client("events", ADMIN), client("events")
    event = await an_event(staff, capacity=10)
    address = f"/v1/events/{event['id']}"
    before = (await public.get(address)).headers["etag"]
    await a_registration(staff, event)
    after, own = (await public.get(address)).headers["etag"], (await staff.get(address)).headers["etag"]
    assert before != after and all(re.fullmatch('"v[0-9]+-[0-9a-f]{16}"', one) for one in (before, after))
    for read in (after, own):
        change = {"title": {"sv": f"Projektkaffe {len(read)}"}}
        fresh = (await staff.get(address)).headers["etag"]
        assert (await staff.patch(address, change, headers={"If-Match": fresh})).status_code == 200
        stale = await staff.patch(address, change, headers={"If-Match": read})
        assert (stale.status_code, stale.json()["code"]) == (412, "version-mismatch")
